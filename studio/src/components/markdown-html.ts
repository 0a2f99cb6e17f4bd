import DOMPurify from "dompurify";
import { marked } from "marked";
import { t } from "../text/text";

/**
 * Turns Markdown into HTML that cannot run anything and cannot load anything from elsewhere.
 *
 * A relative image is a file of the run; an image of another site becomes a link to it, since showing it would tell that site who reads.
 */
export function renderMarkdown(source: string, fileUrl?: (path: string) => string): string {
  const html = marked.parse(source, { async: false, gfm: true, breaks: true });
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "svg", "math", "video", "audio", "source"],
    FORBID_ATTR: ["style", "class", "id", "srcset"],
  });
  for (const image of fragment.querySelectorAll("img")) settleImage(image, fileUrl);
  for (const link of fragment.querySelectorAll("a")) {
    if (isElsewhere(link.getAttribute("href") ?? "")) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
  }
  const holder = document.createElement("div");
  holder.append(fragment);
  return holder.innerHTML;
}

function settleImage(image: HTMLImageElement, fileUrl?: (path: string) => string): void {
  const source = image.getAttribute("src") ?? "";
  if (source.startsWith("data:image/") || source.startsWith("/api/")) return;
  if (!isElsewhere(source) && fileUrl) {
    image.src = fileUrl(source.replace(/^\.?\//, ""));
    image.loading = "lazy";
    return;
  }
  const link = document.createElement("a");
  link.href = source;
  link.textContent = t("markdown.remoteImage", { name: image.alt || source });
  image.replaceWith(link);
}

function isElsewhere(address: string): boolean {
  return /^([a-z][a-z0-9+.-]*:)?\/\//i.test(address) || /^[a-z][a-z0-9+.-]*:/i.test(address);
}

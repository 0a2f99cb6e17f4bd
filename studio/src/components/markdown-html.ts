import DOMPurify from "dompurify";
import { marked } from "marked";
import { t } from "../text/text";

/** Where the files are that a text names without a host. */
export interface FileAddresses {
  fileUrl?: ((path: string) => string) | undefined;
  fileLink?: ((path: string) => string) | undefined;
}

/**
 * Turns Markdown into HTML that cannot run anything and cannot load anything from elsewhere.
 *
 * A relative image or link is a file of the run; an image of another site becomes a link to it, since showing it would tell that site who reads.
 */
export function renderMarkdown(source: string, { fileUrl, fileLink }: FileAddresses = {}): string {
  const html = marked.parse(source, { async: false, gfm: true, breaks: true });
  const fragment = DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "svg", "math", "video", "audio", "source"],
    FORBID_ATTR: ["style", "class", "id", "srcset"],
  });
  for (const image of fragment.querySelectorAll("img")) settleImage(image, fileUrl);
  for (const link of fragment.querySelectorAll("a")) settleLink(link, fileLink);
  const holder = document.createElement("div");
  holder.append(fragment);
  return holder.innerHTML;
}

function settleImage(image: HTMLImageElement, fileUrl: FileAddresses["fileUrl"]): void {
  const source = image.getAttribute("src") ?? "";
  if (source.startsWith("data:image/") || source.startsWith("/api/")) return;
  if (!isElsewhere(source) && fileUrl) {
    image.src = fileUrl(pathOf(source));
    image.loading = "lazy";
    return;
  }
  const link = document.createElement("a");
  link.href = source;
  link.textContent = t("markdown.remoteImage", { name: image.alt || source });
  image.replaceWith(link);
}

function settleLink(link: HTMLAnchorElement, fileLink: FileAddresses["fileLink"]): void {
  const address = link.getAttribute("href") ?? "";
  if (isElsewhere(address)) {
    link.target = "_blank";
    link.rel = "noopener noreferrer";
  } else if (fileLink && address !== "" && !/^[/#?]/.test(address)) {
    link.href = fileLink(pathOf(address));
  }
}

/** The path that an address names: Markdown writes a blank as `%20`, a file has the blank itself. */
function pathOf(address: string): string {
  const path = address.replace(/^\.?\//, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isElsewhere(address: string): boolean {
  return /^([a-z][a-z0-9+.-]*:)?\/\//i.test(address) || /^[a-z][a-z0-9+.-]*:/i.test(address);
}

/** How a file is shown. `binary` is only offered for download. */
export type FileKind = "log" | "image" | "json" | "text" | "markdown" | "table" | "html" | "audio" | "video" | "binary";

const IMAGES = new Set(["png", "jpg", "jpeg", "gif", "webp", "svg", "bmp", "avif"]);
const BINARIES = new Set(["pkl", "pickle", "joblib", "pt", "pth", "ckpt", "bin", "onnx", "h5", "hdf5", "npz", "npy", "parquet", "zip", "gz", "tar", "whl", "so", "pyc", "safetensors", "pdf", "woff2"]);
const AUDIO = new Set(["wav", "mp3", "flac", "ogg", "oga", "m4a"]);
const VIDEO = new Set(["mp4", "m4v", "webm", "ogv"]);
const LOGS = new Set(["log", "txt", "out", "err"]);

/** Tells by its name how a file is shown. */
export function fileKind(path: string): FileKind {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  const extension = name.includes(".") ? name.slice(name.lastIndexOf(".") + 1) : "";
  if (IMAGES.has(extension)) return "image";
  if (AUDIO.has(extension)) return "audio";
  if (VIDEO.has(extension)) return "video";
  if (BINARIES.has(extension)) return "binary";
  if (extension === "json" || extension === "ipynb") return "json";
  if (extension === "md") return "markdown";
  if (extension === "csv" || extension === "tsv") return "table";
  if (extension === "html" || extension === "htm") return "html";
  return LOGS.has(extension) ? "log" : "text";
}

import { activeLocale, t } from "../text/text";

/** Significant digits of a metric: enough to tell two runs apart, few enough to read. */
const METRIC_DIGITS = 5;
const LARGE = 1e7;
const LARGE_INTEGER = 1e12;
const SMALL = 1e-4;

const formats = new Map<string, Intl.NumberFormat>();

/** A metric's number: `0.93412`, `12,345`, `1.2e-7`, `NaN`, `∞`. */
export function formatMetric(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < LARGE_INTEGER) return formatCount(value);
  if (size !== 0 && (size >= LARGE || size < SMALL)) return inLocale(trimExponent(value.toExponential(METRIC_DIGITS - 1)));
  return numberFormat({ maximumSignificantDigits: METRIC_DIGITS + (size >= 10_000 ? 2 : 0) }).format(value);
}

/** A share of one, in hundredths: `0.60`. */
export function formatShare(value: number): string {
  return numberFormat({ minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

/** How far values lie about their mean: two digits say enough. */
export function formatSpread(value: number): string {
  return Math.abs(value) >= 100 ? formatMetric(Math.round(value)) : formatMetric(Number(value.toPrecision(2)));
}

export function formatCount(value: number): string {
  return numberFormat({ maximumFractionDigits: 0 }).format(value);
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** A size with three significant digits: `14 kB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const unit = BYTE_UNITS[power] ?? "byte";
  return numberFormat({ style: "unit", unit, unitDisplay: "narrow", maximumSignificantDigits: 3 }).format(bytes / 1000 ** power);
}

/** Units of what Runyard records by itself, by the ends of its names. What others log has no unit that is known. */
const SYSTEM_UNITS: readonly [RegExp, (value: number) => string][] = [
  [/_bytes$/, (value) => (Number.isFinite(value) ? formatBytes(value) : formatMetric(value))],
  [/_bytes_per_s$/, (value) => (Number.isFinite(value) ? t("system.perSecond", { amount: formatBytes(value) }) : formatMetric(value))],
  [/_percent$/, (value) => numberFormat({ style: "unit", unit: "percent", maximumSignificantDigits: 3 }).format(value)],
  [/_c$/, (value) => numberFormat({ style: "unit", unit: "celsius", maximumSignificantDigits: 3 }).format(value)],
];

/** How the values of a metric are written. */
export function metricFormat(name: string): (value: number) => string {
  return name.startsWith("system/") ? (SYSTEM_UNITS.find(([end]) => end.test(name))?.[1] ?? formatMetric) : formatMetric;
}

/** A length of time in its two largest units: `1h 4m`, `12m 3s`, `8s`, `0.4s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return t("duration.s", { s: numberFormat({ maximumFractionDigits: 1 }).format(seconds) });
  const whole = Math.round(seconds);
  const [d, h, m, s] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60, whole % 60];
  if (d > 0) return t("duration.dh", { d, h });
  if (h > 0) return t("duration.hm", { h, m });
  if (m > 0) return t("duration.ms", { m, s });
  return t("duration.s", { s });
}

/** A length of time at a tick of an axis whose ticks are `gap` seconds apart: as fine as it takes to tell two of them apart, `0.004s`, `1h 4m 5s`, `51h 5m`. */
export function formatDurationTick(seconds: number, gap: number): string {
  const digits = gap < 1 ? Math.min(6, Math.ceil(-Math.log10(gap) - 1e-9)) : 0;
  const rounded = Number(seconds.toFixed(digits));
  const minutes = Math.floor(rounded / 60);
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (gap < 60) {
    const s = numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(rounded - minutes * 60);
    if (h > 0) return `${t("duration.hm", { h, m })} ${t("duration.s", { s })}`;
    return m > 0 ? t("duration.ms", { m, s }) : t("duration.s", { s });
  }
  return gap < 3600 && h > 0 ? t("duration.hm", { h, m }) : formatDuration(rounded);
}

const RELATIVE_STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** How long ago, or in how long: `3 minutes ago`. Under a minute: `just now`. */
export function formatRelative(instant: string, now: number): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  for (const [unit, size] of RELATIVE_STEPS) {
    if (Math.abs(seconds) >= size) {
      return relativeFormat(activeLocale()).format(Math.trunc(seconds / size), unit);
    }
  }
  return t("time.justNow");
}

/** Date and time to the second, in the reader's time zone. */
export function formatInstant(instant: string): string {
  return instantFormat(activeLocale()).format(new Date(instant));
}

/** A format takes longer to make than a list of a hundred runs to write. */
const relativeFormat = onceEach((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }));
const instantFormat = onceEach((locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }));

function onceEach<Made>(make: (key: string) => Made): (key: string) => Made {
  const made = new Map<string, Made>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
}

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = activeLocale() + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(activeLocale(), options);
  formats.set(key, made);
  return made;
}

/** The point of a number as the language writes it. */
function inLocale(text: string): string {
  const point = numberFormat({}).formatToParts(0.5).find(({ type }) => type === "decimal")?.value ?? ".";
  return text.replace(".", point);
}

function trimExponent(text: string): string {
  return text.replace(/\.?0*e\+?/, "e");
}

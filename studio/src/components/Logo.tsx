/** The sign of Runyard. In step with `public/favicon.svg`; not that file as an image, which the browser draws as a page of its own. */
export function Logo() {
  return (
    <svg width={22} height={22} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" fill="#0b5f66" />
      <path d="M7 22.5h18M7 22.5 12.5 12l4.5 6 3.5-9 4.5 7" fill="none" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}

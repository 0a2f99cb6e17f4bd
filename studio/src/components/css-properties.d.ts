import "react";

declare module "react" {
  interface CSSProperties {
    /** Custom properties that are set from code. */
    [property: `--${string}`]: string | number | undefined;
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { colourSlot, PALETTE_SIZE } from "./run-colour";

test("a run keeps its colour", () => {
  expect(colourSlot("digits_1795234809_49f48378")).toBe(colourSlot("digits_1795234809_49f48378"));
});

test("runs that were started together get different colours", () => {
  const counts = new Array<number>(PALETTE_SIZE).fill(0);
  for (let index = 0; index < 8000; index += 1) {
    const slot = colourSlot(`exp_1795234809_${index.toString(16).padStart(8, "0")}`);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  for (const count of counts) expect(count).toBeGreaterThan(700);
});

const tokens = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");
const themes = { light: tokens.slice(0, tokens.indexOf('[data-theme="dark"]')), dark: tokens.slice(tokens.indexOf('[data-theme="dark"]')) };

describe.each(Object.entries(themes))("the %s theme", (_, css) => {
  const token = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{6})`).exec(css)?.[1] ?? "";

  test.each(Array.from({ length: PALETTE_SIZE }, (_, slot) => slot))("draws the run colour %d with a contrast of 3", (slot) => {
    expect(contrast(token(`run-${slot}`), token("surface"))).toBeGreaterThanOrEqual(3);
  });

  test.each(["text", "muted", "accent", "ok", "err", "run", "queued", "warn", "idle"])("writes %s with a contrast of 4.5 on every ground", (name) => {
    for (const ground of ["bg", "surface", "hover", "sunken", "selected"]) expect(contrast(token(name), token(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["ok", "err", "run", "queued", "warn", "idle", "accent"])("writes %s with a contrast of 4.5 on its tint", (name) => {
    expect(contrast(token(name), token(`${name}-soft`))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(Array.from({ length: 8 }, (_, index) => index))("writes the terminal colour %d with a contrast of 4.5", (index) => {
    expect(contrast(token(`ansi-${index}`), token("surface"))).toBeGreaterThanOrEqual(4.5);
  });

  test("keeps the run colours apart for every kind of colour vision", () => {
    const colours = Array.from({ length: PALETTE_SIZE }, (_, slot) => token(`run-${slot}`));
    for (const vision of VISIONS) expect(smallestDistance(colours, vision)).toBeGreaterThanOrEqual(0.1);
  });
});

type Vector = [number, number, number];
type Matrix = [Vector, Vector, Vector];

const NORMAL: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB: protanopia, deuteranopia, tritanopia. */
const VISIONS: Matrix[] = [
  NORMAL,
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
];

function linear(hex: string): Vector {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function contrast(left: string, right: string): number {
  const luminance = (hex: string) => {
    const [red, green, blue] = linear(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(left), luminance(right)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function times(matrix: Matrix, [x, y, z]: Vector): Vector {
  const row = ([a, b, c]: Vector) => a * x + b * y + c * z;
  return [row(matrix[0]), row(matrix[1]), row(matrix[2])];
}

/** Ottosson 2020. */
function oklab(rgb: Vector): Vector {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map((value) => Math.min(1, Math.max(0, value))) as Vector,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as Vector,
  );
}

function smallestDistance(colours: string[], vision: Matrix): number {
  const points = colours.map((hex) => oklab(times(vision, linear(hex))));
  return Math.min(...points.flatMap((left, index) => points.slice(index + 1).map((right) => Math.hypot(...left.map((value, axis) => value - (right[axis] ?? 0))))));
}

import { expect, test } from "vitest";
import { ScrollMap } from "./scroll-map";

const LINE = 18;

function map(lines: number, physicalMax?: number): ScrollMap {
  const made = new ScrollMap(LINE, physicalMax);
  made.resize(lines, 600);
  return made;
}

test("lines that fit are scrolled like other content", () => {
  const scroll = map(1000);
  expect(scroll.physicalHeight).toBe(18_000);
  scroll.scrolled(900);
  expect(scroll.visible(0)).toEqual({ first: 50, end: 84 });
  expect(scroll.offsetOf(50)).toBe(900);
});

test("ten million lines stay under the cap of browsers, and each can be reached", () => {
  const scroll = map(10_000_000);
  expect(scroll.physicalHeight).toBe(8_000_000);
  for (const line of [0, 1, 4_999_999, 9_999_000]) {
    const position = scroll.moveTo(line, "top");
    expect(scroll.visible(0).first).toBe(line);
    expect(scroll.offsetOf(line)).toBeCloseTo(position, 5);
    expect(position).toBeLessThanOrEqual(8_000_000 - 600);
  }
});

test("a small move is as long as it looks, a long one goes in proportion", () => {
  const scroll = map(10_000_000);
  const middle = scroll.moveTo(5_000_000, "top");
  scroll.scrolled(middle + 180);
  expect(scroll.visible(0).first).toBe(5_000_010);
  scroll.scrolled(4_000_000);
  expect(Math.abs(scroll.visible(0).first - 5_000_000)).toBeLessThan(1000);
});

test("the ends of the scroll bar are the ends of the lines", () => {
  const scroll = map(10_000_000);
  scroll.moveTo(9_999_900, "top");
  scroll.scrolled(8_000_000 - 600);
  expect(scroll.isAtEnd).toBe(true);
  expect(scroll.visible(0).end).toBe(10_000_000);
  scroll.scrolled(0);
  expect(scroll.visible(0).first).toBe(0);
});

test("after a scroll pixel by pixel the bar is brought to where the lines are", () => {
  const scroll = map(10_000_000);
  let position = scroll.moveTo(1_000_000, "top");
  for (let step = 0; step < 100; step += 1) scroll.scrolled((position += 100));
  const before = scroll.visible(0);
  const settled = scroll.settle();
  expect(settled).toBeLessThan(position);
  scroll.scrolled(settled);
  expect(scroll.visible(0)).toEqual(before);
});

test("lines that come do not move what is read", () => {
  const scroll = map(1_000_000);
  scroll.moveTo(500_000, "middle");
  const before = scroll.visible(0);
  scroll.resize(1_000_500, 600);
  scroll.settle();
  expect(scroll.visible(0)).toEqual(before);
});

test("a shorter file leaves no position behind its end", () => {
  const scroll = map(1000);
  scroll.scrolled(15_000);
  scroll.resize(10, 600);
  expect(scroll.visible(0)).toEqual({ first: 0, end: 10 });
});

import { expect, test } from "vitest";
import { decodeFrame, joinedPoints } from "./series-frame";

function frame(series: object[], columns: number[][]): ArrayBuffer {
  let head = JSON.stringify({ series });
  while (new TextEncoder().encode(head).length % 8 > 0) head += " ";
  const header = new TextEncoder().encode(head);
  const data = new Uint8Array(8 + header.length + 8 * columns.flat().length);
  data.set(new TextEncoder().encode("RYS1"));
  new DataView(data.buffer).setUint32(4, header.length, true);
  data.set(header, 8);
  data.set(new Uint8Array(Float64Array.from(columns.flat()).buffer), 8 + header.length);
  return data.buffer;
}

test("a frame gives its columns, NaN and infinities too", () => {
  const data = frame(
    [
      { run_id: "r", name: "ä/loss", count: 9, length: 2 },
      { run_id: "s", name: "b", count: 1, length: 1 },
    ],
    [[0, 5], [10, 11], [Number.NaN, Number.POSITIVE_INFINITY], [7], [8], [9]],
  );
  const [first, second] = decodeFrame(data);
  expect(first).toEqual({ runId: "r", name: "ä/loss", count: 9, steps: Float64Array.of(0, 5), times: Float64Array.of(10, 11), values: Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY) });
  expect(second?.values[0]).toBe(9);
});

test("what is no frame is said to be none", () => {
  expect(() => decodeFrame(new TextEncoder().encode('{"series":[]}').buffer)).toThrow("no frame");
  expect(() => decodeFrame(new ArrayBuffer(3))).toThrow("no frame");
});

test("later points follow the earlier ones", () => {
  const points = { runId: "r", name: "m", count: 1, steps: Float64Array.of(0), times: Float64Array.of(0), values: Float64Array.of(1) };
  const more = { ...points, count: 2, steps: Float64Array.of(1), values: Float64Array.of(2) };
  expect(joinedPoints(points, more)).toMatchObject({ count: 2, values: Float64Array.of(1, 2) });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SPEED_NAMES, type SpeedFacts, SpeedModel, speedFacts } from '../../src/virtual/index.js';
import { RUNS } from '../support/property.js';

const MB = 1e6;
const RECORD = 262_144;
const SMALL: SpeedFacts = {
  bufferBytes: 100 * MB,
  speeds: [50 * MB, 75 * MB, 100 * MB],
  backHitchSeconds: 3,
  restartLevel: 0.5,
  matchingSeconds: 5,
};
const LTO_9 = speedFacts('lto9');

/** A host that gives records at a steady rate, for so many seconds of its own. Returns when it was done. */
function feed(model: SpeedModel, rate: number, seconds: number): number {
  let now = 0;
  for (let record = 0; record * RECORD < rate * seconds; record += 1) {
    now = model.write(Math.max(now, (record * RECORD) / rate), RECORD);
  }
  return now;
}

describe('recording', () => {
  it('takes data at once while there is room, and at the speed of the tape then', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    expect(model.write(10, 50 * MB)).toBe(10);
    // The tape has started at half a buffer: 100 MB more wait for 50 MB to leave.
    expect(model.write(10, 100 * MB)).toBeCloseTo(11, 6);
    expect(model.flush(11)).toBeCloseTo(13, 6);
    expect(model.at(13)).toMatchObject({ level: 0, backHitches: 0, mediumBytes: expect.closeTo(150 * MB, 0) });
  });

  it('does not start before the restart level is reached, unless it is flushed', () => {
    const model = new SpeedModel(SMALL);
    model.write(0, 49 * MB);
    expect(model.at(100)).toMatchObject({ speed: 0, mediumBytes: 0 });
    expect(model.flush(100)).toBeGreaterThan(100.4);
    expect(model.at(101)).toMatchObject({ level: 0, backHitches: 0 });
  });

  it('stops when it runs dry, once, and takes data meanwhile', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    model.write(0, 50 * MB);
    expect(model.at(1.5)).toMatchObject({ level: 0, speed: 0, backHitches: 1 });
    expect(model.write(2, 80 * MB)).toBe(2);
    expect(model.at(3.9)).toMatchObject({ level: 80 * MB, speed: 0 });
    const later = model.at(5);
    expect(later).toMatchObject({ backHitches: 1, speed: 50 * MB, level: expect.closeTo(30 * MB, 0) });
    expect(later.putBackSeconds).toBeCloseTo(3, 6);
  });

  it('never stops for a host that it can match, and is no slower than it', () => {
    for (const rate of [180, 200, 262, 333, 399].map((speed) => speed * MB)) {
      const model = new SpeedModel(LTO_9);
      expect(feed(model, rate, 600)).toBeLessThan(600.1);
      expect(model.at(600).backHitches).toBe(0);
    }
  });

  it('goes at its highest speed for a host that is faster', () => {
    const model = new SpeedModel(LTO_9);
    const done = model.flush(feed(model, 1000 * MB, 100));
    // 100 GB at 400 MB/s, and a few seconds in which it found that out.
    expect(done).toBeGreaterThan(250);
    expect(done).toBeLessThan(260);
    expect(model.at(done).backHitches).toBe(0);
  });

  it('stops again and again for a host below its lowest speed', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    feed(model, 25 * MB, 300);
    // 50 MB last 2 s of motion, in which 50 MB more come: 75 MB fill the 3 s of the stop to half a buffer and beyond.
    const { backHitches, mediumBytes } = model.at(300);
    expect(mediumBytes / backHitches).toBeGreaterThan(75 * MB);
    expect(mediumBytes / backHitches).toBeLessThan(155 * MB);
  });

  it('loses and invents nothing, whatever the host does', () => {
    const step = fc.record({
      gap: fc.double({ min: 0, max: 20, noNaN: true }),
      bytes: fc.integer({ min: 0, max: 300 * MB }),
      flush: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const model = new SpeedModel(SMALL);
        let now = 0;
        let given = 0;
        for (const { gap, bytes, flush } of steps) {
          const asked = now + gap;
          const done = flush ? model.flush(model.write(asked, bytes)) : model.write(asked, bytes);
          expect(done).toBeGreaterThanOrEqual(asked);
          now = done;
          given += bytes;
          const { level, mediumBytes, movingSeconds, putBackSeconds } = model.at(now);
          expect(level).toBeGreaterThanOrEqual(0);
          expect(level).toBeLessThanOrEqual(SMALL.bufferBytes + 1);
          expect(level + mediumBytes).toBeCloseTo(given, -2);
          expect(movingSeconds + putBackSeconds).toBeLessThanOrEqual(now + 1e-6);
          expect(mediumBytes).toBeLessThanOrEqual(movingSeconds * 100 * MB + 1);
          expect(mediumBytes).toBeGreaterThanOrEqual(movingSeconds * 50 * MB - 1);
          if (flush) expect(level).toBe(0);
        }
      }),
      RUNS,
    );
  });

  it('takes as long for one large transfer as for its parts', () => {
    const facts = { ...SMALL, speeds: [50 * MB] };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 * MB }), { minLength: 1, maxLength: 30 }), (parts) => {
        const whole = new SpeedModel(facts);
        const split = new SpeedModel(facts);
        const total = parts.reduce((sum, part) => sum + part, 0);
        let done = 0;
        for (const part of parts) done = split.write(done, part);
        expect(done).toBeCloseTo(whole.write(0, total), 5);
        expect(split.flush(done)).toBeCloseTo(whole.flush(done), 5);
      }),
      RUNS,
    );
  });
});

describe('reading', () => {
  it('waits for the tape, which reads ahead while the host is busy', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    expect(model.read(0, 50 * MB)).toBeCloseTo(1, 6);
    expect(model.at(2)).toMatchObject({ level: expect.closeTo(50 * MB, 0), backHitches: 0 });
    expect(model.read(2, 50 * MB)).toBeCloseTo(2, 6);
  });

  it('stops with a full buffer, and goes on when half of it was taken', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    model.read(0, 10 * MB);
    expect(model.at(20)).toMatchObject({ level: 100 * MB, backHitches: 1, speed: 0 });
    model.read(20, 40 * MB);
    expect(model.at(21).speed).toBe(0);
    model.read(21, 20 * MB);
    expect(model.at(21).speed).toBe(50 * MB);
  });

  it('drops what was read ahead when the tape goes elsewhere', () => {
    const model = new SpeedModel({ ...SMALL, speeds: [50 * MB] });
    model.read(0, 10 * MB);
    expect(model.leave(1)).toBe(1);
    expect(model.at(1)).toMatchObject({ level: 0, speed: 0 });
    expect(model.write(1, 50 * MB)).toBe(1);
  });

  it('never stops for a host that it can match', () => {
    const model = new SpeedModel(LTO_9);
    let now = 0;
    for (let record = 0; record < 600_000; record += 1)
      now = model.read(Math.max(now, (record * RECORD) / (250 * MB)), RECORD);
    expect(model.at(now).backHitches).toBe(0);
  });
});

describe('the models of the generations', () => {
  it.each(SPEED_NAMES)('%s has ascending speeds', (name) => {
    const { speeds } = speedFacts(name);
    expect(speeds.toSorted((a, b) => a - b)).toEqual(speeds);
  });

  it.each(Object.entries({ lto5: 140, lto6: 160, lto7: 300, lto8: 360, lto9: 400, lto10: 400 }))(
    '%s records at up to %d MB/s',
    (name, native) => {
      expect(speedFacts(name).speeds.at(-1)).toBeCloseTo(native * MB, 0);
    },
  );

  it('refuses what no drive can be', () => {
    for (const wrong of [
      'lto4',
      { ...SMALL, speeds: [] },
      { ...SMALL, speeds: [2, 1] },
      { ...SMALL, speeds: [0] },
      { ...SMALL, bufferBytes: 0 },
      { ...SMALL, restartLevel: 2 },
      { ...SMALL, backHitchSeconds: Number.NaN },
      { ...SMALL, matchingSeconds: 0 },
    ]) {
      expect(() => speedFacts(wrong)).toThrow();
    }
  });
});

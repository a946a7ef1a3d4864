import fc from 'fast-check';
import { expect, it } from 'vitest';
import { locate16, read6, rewind, type ScsiCommand, space6, write6, writeFilemarks6 } from '../../src/scsi/index.js';
import { RUNS } from '../support/property.js';
import { newDriveFolder, openDrive, outcome, pattern, send, where } from './support.js';

/** A tape as a list: the length of a record (its data follow from it), or 0 for a filemark. */
class Model {
  objects: number[] = [];
  at = 0;

  write(length: number): string {
    this.objects.splice(this.at, Number.POSITIVE_INFINITY, length);
    this.at += 1;
    return 'good';
  }

  filemarks(count: number): string {
    for (let done = 0; done < count; done++) this.write(0);
    return 'good';
  }

  read(wanted: number): string {
    const length = this.objects[this.at];
    if (length === undefined) return `8/00/05 residual ${wanted}`;
    this.at += 1;
    if (length === 0) return `0/00/01 FM residual ${wanted}`;
    return length === wanted ? 'good' : `0/00/00 ILI residual ${wanted - length}`;
  }

  spaceRecords(count: number): string {
    const step = Math.sign(count);
    for (let left = Math.abs(count); left > 0; left--) {
      const passed = this.objects[step > 0 ? this.at : this.at - 1];
      if (passed === undefined) return this.met(step, left);
      this.at += step;
      if (passed === 0) return `0/00/01 FM residual ${left}`;
    }
    return 'good';
  }

  spaceFilemarks(count: number): string {
    const step = Math.sign(count);
    for (let left = Math.abs(count); left > 0; ) {
      const passed = this.objects[step > 0 ? this.at : this.at - 1];
      if (passed === undefined) return this.met(step, left);
      this.at += step;
      if (passed === 0) left -= 1;
    }
    return 'good';
  }

  locate(object: number): string {
    this.at = Math.min(object, this.objects.length);
    return object > this.objects.length ? '8/00/05' : 'good';
  }

  locateFile(file: number): string {
    this.at = 0;
    for (let left = file; left > 0; ) {
      if (this.at === this.objects.length) return '8/00/05';
      if (this.objects[this.at] === 0) left -= 1;
      this.at += 1;
    }
    return 'good';
  }

  private met(step: number, left: number): string {
    return step > 0 ? `8/00/05 residual ${left}` : `0/00/04 EOM residual ${left}`;
  }
}

interface Step {
  readonly command: ScsiCommand;
  readonly model: (tape: Model) => string;
}

const length = fc.oneof(fc.constantFrom(1, 2, 512, 4096), fc.integer({ min: 1, max: 70_000 }));
const count = fc.integer({ min: -6, max: 6 });
const place = fc.integer({ min: 0, max: 20 });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: length.map((n) => on(write6({ data: pattern(n, n) }), (tape) => tape.write(n))) },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 0, max: 3 })
      .map((n) => on(writeFilemarks6({ count: n }), (tape) => tape.filemarks(n))),
  },
  { weight: 4, arbitrary: length.map((n) => on(read6({ length: n }), (tape) => tape.read(n))) },
  { weight: 2, arbitrary: count.map((n) => on(space6({ code: 'objects', count: n }), (tape) => tape.spaceRecords(n))) },
  {
    weight: 2,
    arbitrary: count.map((n) => on(space6({ code: 'filemarks', count: n }), (tape) => tape.spaceFilemarks(n))),
  },
  {
    weight: 2,
    arbitrary: place.map((n) =>
      on(locate16({ destination: 'logicalObject', identifier: n }), (tape) => tape.locate(n)),
    ),
  },
  {
    weight: 1,
    arbitrary: count
      .filter((n) => n >= 0)
      .map((n) => on(locate16({ destination: 'filemark', identifier: n }), (tape) => tape.locateFile(n))),
  },
  { weight: 1, arbitrary: fc.constant(on(rewind(), (tape) => tape.locate(0))) },
  {
    weight: 2,
    arbitrary: fc.constant(on(space6({ code: 'endOfData', count: 0 }), (tape) => tape.locate(tape.objects.length))),
  },
);

function on(command: ScsiCommand, model: Step['model']): Step {
  return { command, model };
}

it('behaves like a list of objects, whatever is done to it', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), fc.nat(60), async (steps, reopenAfter) => {
      const folder = await newDriveFolder();
      const tape = new Model();
      let drive = await openDrive(folder);
      await drive.execute(Uint8Array.of(0, 0, 0, 0, 0, 0));
      for (const [index, { command, model }] of steps.entries()) {
        if (index === reopenAfter) {
          await drive.close();
          drive = await openDrive(folder);
        }
        const before = tape.at;
        const answer = await send(drive, command);
        expect(await outcome(answer)).toBe(model(tape));
        const files = tape.objects.slice(0, tape.at).filter((object) => object === 0).length;
        expect(await where(drive)).toEqual([tape.at, files]);
        if (command.name !== 'READ(6)') continue;
        const recorded = tape.objects[before] ?? 0;
        const expected = pattern(recorded, recorded).subarray(0, answer.dataIn.length);
        expect(Buffer.from(answer.dataIn).equals(expected)).toBe(true);
        expect(answer.dataIn.length).toBe(Math.min(recorded, command.allocationLength));
      }
      await drive.close();
    }),
    RUNS,
  );
});

import { expect, it, onTestFinished } from 'vitest';
import { exposition } from '../../../src/provider/monitor/metrics/exposition.js';
import type { Observation } from '../../../src/provider/observe/observation.js';
import { ObservedDrives } from '../../../src/provider/observe/observed-drives.js';
import { TapeDrive } from '../../../src/tape/tape-drive.js';
import { newDriveFolder } from '../../virtual/support.js';

const MIB = 2 ** 20;
/** A loaded machine is no silent drive. */
const PATIENCE_MS = 60_000;
const SERIAL = 'METRICS01';

/** What is seen of a drive with one file on its cartridge, of which a record has been read. */
async function observed(): Promise<Observation> {
  const device = `virtual:${await newDriveFolder({ serial: SERIAL, cartridge: { barcode: 'TEXT01L8' } })}`;
  const drive = await TapeDrive.open(device);
  await drive.rewind();
  await drive.writeFile([Buffer.alloc(3 * MIB)], { position: 'overwrite' });
  await drive.close();
  const drives = new ObservedDrives([device]);
  onTestFinished(() => drives.close());
  const [seen] = await drives.look(PATIENCE_MS);
  if (seen === undefined) throw new Error('nothing seen');
  return seen;
}

/** The values of a family, by its labels other than those of drive and cartridge. */
function valuesOf(text: string, family: string): Record<string, number> {
  const lines = text.matchAll(new RegExp(`^${family}\\{(.*)\\} (\\S+)$`, 'gm'));
  const own = (labels: string) => labels.replace(/(device|drive|cartridge|barcode)="[^"]*",?/g, '');
  return Object.fromEntries([...lines].map(([, labels = '', value]) => [own(labels), Number(value)]));
}

it('what is seen of a drive is text for a scrape', async () => {
  const seen = await observed();
  const text = exposition([seen]);
  expect(text).toMatch(/^# HELP lto_drive_info \w.*\n# TYPE lto_drive_info gauge\nlto_drive_info\{/m);
  expect(text).toMatch(/^# TYPE lto_cartridge_loads_total counter$/m);
  expect(text.endsWith('\n')).toBe(true);
  expect(text).not.toMatch(/\n\n|undefined|NaN/);
  const { vendor, model, firmware } = seen.live.drive ?? {};
  const info = `vendor="${vendor}",model="${model}",firmware="${firmware}"`;
  expect(valuesOf(text, 'lto_drive_info')).toEqual({ [info]: 1 });
  expect(text).toContain(`lto_drive_online{device="${seen.device}",drive="${SERIAL}"} 1\n`);
  const cartridge = `cartridge="${seen.live.tape?.mediumSerial}",barcode="TEXT01L8"`;
  const { maximumCapacity } = seen.live.tape?.values ?? {};
  expect(text).toContain(
    `lto_cartridge_capacity_bytes{device="${seen.device}",drive="${SERIAL}",${cartridge}} ${maximumCapacity}\n`,
  );
  expect(valuesOf(text, 'lto_drive_state')).toEqual({
    ...{ 'state="ready"': 1, 'state="no-medium"': 0, 'state="not-loaded"': 0, 'state="becoming-ready"': 0 },
    ...{ 'state="not-ready"': 0, 'state="busy"': 0, 'state="offline"': 0 },
  });
  expect(valuesOf(text, 'lto_health_verdict')).toEqual({
    ...{ 'verdict="good"': 1, 'verdict="attention"': 0, 'verdict="bad"': 0 },
  });
  expect(valuesOf(text, 'lto_drive_cleaning_required')).toEqual({ '': 0 });
  for (const errors of ['corrected_errors', 'uncorrected_errors', 'retries']) {
    expect(Object.keys(valuesOf(text, `lto_drive_${errors}_total`))).toEqual([
      'direction="writing"',
      'direction="reading"',
    ]);
  }
  // Who only looks has no jobs, and sees whether the drive answers and who holds it.
  expect(valuesOf(text, 'lto_drive_job_active')).toEqual({});
  expect(valuesOf(text, 'lto_drive_held')).toEqual({ '': 0 });
  expect(valuesOf(text, 'lto_drive_answers')).toEqual({ '': 1 });
  expect(valuesOf(text, 'lto_drive_buffered_bytes')).toEqual({ '': 0 });
});

it('what is not known is left out, and what is silent or held is told', async () => {
  const seen = await observed();
  const live = { ...seen.live, online: false, state: 'busy', drive: undefined, tape: undefined } as const;
  const gone = { health: undefined, place: undefined, holder: 77, silentSince: new Date() };
  const text = exposition([{ ...seen, ...gone, live }]);
  expect(valuesOf(text, 'lto_drive_held')).toEqual({ '': 1 });
  expect(valuesOf(text, 'lto_drive_answers')).toEqual({ '': 0 });
  expect(valuesOf(text, 'lto_drive_state')).toMatchObject({ 'state="busy"': 1, 'state="ready"': 0 });
  expect(text).toContain(`lto_drive_online{device="${seen.device}"} 0\n`);
  for (const family of ['lto_drive_info', 'lto_health_verdict', 'lto_tapealert_active', 'lto_cartridge_loads_total']) {
    expect(text).not.toContain(family);
  }
  // A program without a scrape of others' drives tells neither.
  const { device } = seen;
  const own = exposition([{ device, live: { ...live, job: 'write' }, health: undefined }]);
  expect(valuesOf(own, 'lto_drive_job_active')).toEqual({ '': 1 });
  expect(own).not.toMatch(/lto_drive_(held|answers)/);
});

it('what the driver counts is told by direction', async () => {
  const statistics = {
    ...{ inFlight: 3, bytesWritten: 11, bytesRead: 12, writes: 13, reads: 14, others: 15, residuals: 16 },
    ...{ writeSeconds: 1.5, readSeconds: 2.5, seconds: 5.5 },
  };
  const direction = (backHitches: number) => ({ bytesPerSecond: 1, backHitches });
  const activity = { writing: direction(21), reading: direction(22) };
  const text = exposition([{ ...(await observed()), statistics, activity }]);
  const both = (writing: number, reading: number) => ({
    'direction="writing"': writing,
    'direction="reading"': reading,
  });
  expect(valuesOf(text, 'lto_drive_bytes_total')).toEqual(both(11, 12));
  expect(valuesOf(text, 'lto_drive_records_total')).toEqual(both(13, 14));
  expect(valuesOf(text, 'lto_drive_transfer_seconds_total')).toEqual(both(1.5, 2.5));
  expect(valuesOf(text, 'lto_drive_back_hitches_total')).toEqual(both(21, 22));
  expect(valuesOf(text, 'lto_drive_motions_total')).toEqual({ '': 15 });
  expect(valuesOf(text, 'lto_drive_operation_seconds_total')).toEqual({ '': 5.5 });
  expect(valuesOf(text, 'lto_drive_residuals_total')).toEqual({ '': 16 });
  expect(valuesOf(text, 'lto_drive_queue_operations')).toEqual({ '': 3 });
});

it('a name with quotes, backslashes and line feeds stays in its label', async () => {
  const text = exposition([{ ...(await observed()), device: 'a"b\\c\nlto_drive_online 1' }]);
  expect(text).toContain('device="a\\"b\\\\c\\nlto_drive_online 1"');
  expect(text).not.toMatch(/^lto_drive_online 1$/m);
});

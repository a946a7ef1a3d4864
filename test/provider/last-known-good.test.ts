import { describe, expect, it } from 'vitest';
import { exportLastKnownGood, LastKnownGood } from '../../src/provider/monitor/last-known-good.js';
import type { MamInfo } from '../../src/provider/monitor/mam-info.js';
import { newLabelledBench } from './support.js';

interface Exported {
  readonly version: unknown;
  readonly entries: readonly Record<string, unknown>[];
}

/** What this process exports after one look at a cartridge, of that drive only. */
async function exported(serial: string): Promise<Exported & { readonly read: MamInfo; readonly drive: string }> {
  const { provider } = await newLabelledBench({}, { serial });
  const read = await provider.getMamInfo();
  const { version, entries }: Exported = JSON.parse(exportLastKnownGood());
  const { vendor, model } = await provider.getDriveInfo();
  const drive = `${vendor} ${model} ${serial}`;
  return { version, entries: entries.filter((entry) => entry.drive === drive), read, drive };
}

/** The same with one member of the only entry replaced; `undefined` leaves it out. */
function withMember({ version, entries: [entry] }: Exported, name: string, value: unknown): string {
  return JSON.stringify({ version, entries: [{ ...entry, [name]: value }] });
}

describe('an export of last-known-good state', () => {
  it('brings everything back that was read, in its types', async () => {
    const { version, entries, read, drive } = await exported('LKG1');
    expect(entries).toHaveLength(1);
    const other = new LastKnownGood();
    other.import(JSON.stringify({ version, entries }));
    const known = other.get(drive);
    expect(known).toMatchObject({ imported: true, readAt: entries[0]?.readAt });
    expect(known?.value.attributes).toEqual(read.attributes);
    expect(known?.value.attributes.every(({ bytes }) => bytes instanceof Uint8Array)).toBe(true);
    const { values, alerts, available, generation, barcode, mediumSerial, identity } = read;
    expect(known?.value).toMatchObject({ values, alerts, available, generation, barcode, mediumSerial, identity });
  });

  it('is of no use to a process that has looked itself, nor after the cartridge is gone', async () => {
    const { version, entries, read, drive } = await exported('LKG2');
    const json = JSON.stringify({ version, entries });
    const other = new LastKnownGood();
    other.put(drive, { ...read, barcode: 'READ01L8' }, 7);
    other.import(json);
    expect(other.get(drive)).toMatchObject({ imported: false, readAt: 7, value: { barcode: 'READ01L8' } });
    other.drop(drive);
    expect(other.get(drive)).toBeUndefined();
    expect(JSON.parse(other.export())).toEqual({ version, entries: [] });
  });

  it('is refused as a whole with anything in it that no export has', async () => {
    const good = await exported('LKG3');
    const { version, entries } = good;
    const [entry] = entries;
    const value = entry?.value as Record<string, unknown>;
    const [attribute] = value.attributes as Record<string, unknown>[];
    const withAttribute = (other: unknown) => withMember(good, 'value', { ...value, attributes: [attribute, other] });
    const bad: readonly string[] = [
      ...['null', '7', '"text"', '[]', '{}', 'no JSON', ''],
      JSON.stringify({ version: 1, entries }),
      JSON.stringify({ entries }),
      JSON.stringify({ version }),
      JSON.stringify({ version, entries: {} }),
      ...[null, 7, 'text', [], {}].map((other) => JSON.stringify({ version, entries: [entry, other] })),
      ...[undefined, 7, null].map((drive) => withMember(good, 'drive', drive)),
      ...[undefined, '7', null].map((readAt) => withMember(good, 'readAt', readAt)),
      ...[undefined, null, 7, 'text'].map((other) => withMember(good, 'value', other)),
      ...[undefined, {}, 'text'].map((attributes) => withMember(good, 'value', { ...value, attributes })),
      ...[null, 7, {}].map(withAttribute),
      ...[undefined, '7'].map((id) => withAttribute({ ...attribute, id })),
      ...[undefined, 7, 'xyz', 'abc'].map((bytes) => withAttribute({ ...attribute, bytes })),
    ];
    const other = new LastKnownGood();
    for (const json of bad) {
      expect(() => other.import(json), json).toThrow('this is not an export of last-known-good state');
    }
    expect(JSON.parse(other.export())).toEqual({ version, entries: [] });
    // The same with nothing wrong is taken.
    other.import(withAttribute(attribute));
    expect(JSON.parse(other.export()).entries).toHaveLength(1);
  });
});

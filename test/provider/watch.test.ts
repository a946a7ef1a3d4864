import { expect, it } from 'vitest';
import type { LiveInfo } from '../../src/provider/monitor/live-info.js';
import { SharedReading } from '../../src/provider/monitor/shared-reading.js';
import { watchTape } from '../../src/provider/monitor/watch.js';

interface Look {
  readonly state: LiveInfo['state'];
  readonly serial?: string;
  readonly name?: string;
  readonly alerts?: readonly number[];
}

function infoOf({ state, serial, name, alerts }: Look): LiveInfo {
  const identity = name === undefined ? undefined : { value: name, source: 'label' };
  const flags = alerts?.map((flag) => ({ flag, name: `flag ${flag}` }));
  const isThere = serial !== undefined || name !== undefined || alerts !== undefined;
  return { state, tape: isThere ? { mediumSerial: serial, identity, alerts: flags } : undefined } as LiveInfo;
}

/** The events of a drive that is found like this, look by look. */
async function eventsOf(...looks: readonly Look[]): Promise<string[]> {
  const controller = new AbortController();
  const left = [...looks];
  const look = async () => {
    const next = left.shift();
    if (next === undefined) controller.abort();
    return infoOf(next ?? { state: 'offline' });
  };
  const events: string[] = [];
  for await (const event of watchTape(look, { signal: controller.signal, intervalMs: 0 })) {
    const alert = 'alert' in event ? ` ${event.alert.flag}` : '';
    const previous = 'previous' in event ? ` from ${event.previous.tape?.mediumSerial}` : '';
    events.push(`${event.type}${alert}${previous}`);
  }
  return events;
}

it('needs no signal', async () => {
  for await (const { type } of watchTape(async () => infoOf({ state: 'ready', serial: 'A' }), {})) {
    expect(type).toBe('inserted');
    break;
  }
});

const READY = 'ready' as const;

it.each(['no-medium', 'not-loaded', 'offline'] as const)('a cartridge is gone in the state %s', async (state) => {
  const ejected = await eventsOf({ state: READY, serial: 'A' }, { state }, { state }, { state: READY, serial: 'A' });
  expect(ejected).toEqual(['inserted', 'ejected from A', 'inserted']);
});

it.each(['becoming-ready', 'not-ready', 'busy'] as const)(
  'a cartridge is still there in the state %s',
  async (state) => {
    expect(await eventsOf({ state: READY, serial: 'A' }, { state }, { state: READY, serial: 'A' })).toEqual([
      'inserted',
    ]);
    expect(await eventsOf({ state: READY, serial: 'A' }, { state }, { state: READY, serial: 'B' })).toEqual([
      'inserted',
      'changed from A',
    ]);
  },
);

it('cartridges are told apart by their serial numbers, and by their names where neither has one', async () => {
  const same = { state: READY, serial: 'A', name: 'one' };
  expect(await eventsOf(same, { ...same, name: 'two' })).toEqual(['inserted']);
  expect(await eventsOf(same, { ...same, serial: 'B' })).toEqual(['inserted', 'changed from A']);
  expect(await eventsOf(same, { state: READY, name: 'one' })).toEqual(['inserted', 'changed from A']);
  const named = { state: READY, name: 'one' };
  expect(await eventsOf(named, named)).toEqual(['inserted']);
  expect(await eventsOf(named, { ...named, name: 'two' })).toEqual(['inserted', 'changed from undefined']);
  expect(await eventsOf({ state: 'no-medium' }, { state: 'no-medium' })).toEqual([]);
});

it('a TapeAlert flag is told once, until it is cleared or the cartridge is another one', async () => {
  const at = (...alerts: number[]) => ({ state: READY, serial: 'A', alerts });
  expect(await eventsOf(at(), at(5), at(5), at(5, 6))).toEqual(['inserted', 'alert 5', 'alert 6']);
  expect(await eventsOf(at(5), at(), at(5))).toEqual(['inserted', 'alert 5', 'alert 5']);
  expect(await eventsOf(at(5), { ...at(5), serial: 'B' })).toEqual([
    'inserted',
    'alert 5',
    'changed from A',
    'alert 5',
  ]);
  // Alerts that were not read are not over.
  expect(await eventsOf(at(5), { state: READY, serial: 'A' }, at(5))).toEqual(['inserted', 'alert 5']);
  const cleaning = [11, 20, 21, 22, 23];
  expect(await eventsOf(at(...cleaning))).toEqual(['inserted', ...cleaning.map((flag) => `cleaning ${flag}`)]);
  expect(await eventsOf(at(10, 12, 19, 24))).toEqual(['inserted', ...[10, 12, 19, 24].map((flag) => `alert ${flag}`)]);
});

it('a reading is shared by all who ask at once, kept while it is young, and not kept after a failure', async () => {
  let reads = 0;
  let fails = false;
  const reading = new SharedReading(async () => {
    reads += 1;
    await null;
    if (fails) throw new Error('no answer');
    return { value: reads, readAt: Date.now() };
  });
  const [one, two] = await Promise.all([reading.get(1000), reading.get(1000)]);
  expect([one.value, two.value, (await reading.get(60_000)).value]).toEqual([1, 1, 1]);
  expect((await reading.get(0)).value).toBe(2);
  // What was begun before the cartridge was forgotten is not kept.
  const before = reading.get(0);
  reading.forget();
  expect((await before).value).toBe(3);
  expect((await reading.get(60_000)).value).toBe(4);
  fails = true;
  await expect(reading.get(0)).rejects.toThrow('no answer');
  fails = false;
  expect((await reading.get(0)).value).toBe(6);
  const other = async () => ({ value: 70, readAt: Date.now() });
  expect((await reading.get(0, other)).value).toBe(70);
  expect((await reading.get(60_000)).value).toBe(70);
});

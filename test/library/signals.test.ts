import { expect, it } from 'vitest';
import type { CallOptions } from '../../src/index.js';
import type { TapeLibrary } from '../../src/library/tape-library.js';
import { newTapeLibrary } from './support.js';

/** Every method that takes a signal; `watch`, which ends without an error, stands by itself. */
const CALLS: Readonly<Record<string, (library: TapeLibrary, options: CallOptions) => Promise<unknown>>> = {
  alerts: (library, options) => library.alerts(options),
  audit: (library, options) => library.audit(options),
  clean: (library, options) => library.clean(1, options),
  exchange: (library, options) => library.exchange(1, 2, options),
  export: (library, options) => library.export(1, options),
  identity: (library, options) => library.identity(options),
  import: (library, options) => library.import(options),
  inventory: (library, options) => library.inventory(options),
  load: (library, options) => library.load(1, 1, options),
  lock: (library, options) => library.lock(true, options),
  transfer: (library, options) => library.transfer(1, 5, options),
  unload: (library, options) => library.unload(1, options),
};

/** Neither waits for a library that is not ready: the command is answered. */
const ANSWERED = ['alerts', 'identity', 'lock'];

it('every method with a signal has a case here', async () => {
  const { library } = await newTapeLibrary({ cartridges: 3, cleaning: 1 });
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(library));
  const methods = names.filter((name) => !['constructor', 'close', 'device', 'watch'].includes(name));
  expect(methods.toSorted()).toEqual(Object.keys(CALLS).toSorted());
});

it('a call whose signal is aborted rejects with the reason and moves nothing', async () => {
  const { library } = await newTapeLibrary({ cartridges: 3, cleaning: 1 });
  const before = await library.inventory();
  for (const [name, call] of Object.entries(CALLS)) {
    const reason = new Error(name);
    await expect(call(library, { signal: AbortSignal.abort(reason) }), name).rejects.toBe(reason);
  }
  for await (const _ of library.watch({ signal: AbortSignal.abort() })) throw new Error('it does not end');
  expect(await library.inventory()).toEqual(before);
});

it('waiting for a library that still takes its inventory ends with the signal, and the next in the queue goes on', async () => {
  const { library, virtual } = await newTapeLibrary({ cartridges: 3, cleaning: 1 });
  const before = await library.inventory();
  for (const [name, call] of Object.entries(CALLS).filter(([each]) => !ANSWERED.includes(each))) {
    // LOGICAL UNIT IS IN PROCESS OF BECOMING READY, for as long as it is asked.
    virtual.faults = { commands: [{ command: 'TEST UNIT READY', outcome: { sense: { key: 2, asc: 4, ascq: 1 } } }] };
    const controller = new AbortController();
    const reason = new Error(name);
    const waiting = call(library, { signal: controller.signal });
    const next = library.transfer(1, 1).catch((error: unknown) => error);
    setTimeout(() => controller.abort(reason), 30);
    await expect(waiting, name).rejects.toBe(reason);
    virtual.faults = {};
    // To its own slot: refused, after it has looked.
    expect(await next, name).toMatchObject({ code: 'LTO_ELEMENT' });
  }
  expect(await library.inventory()).toEqual(before);
});

it('a call that waits for its turn gives it up at once', async () => {
  const { library } = await newTapeLibrary({ cartridges: 3, cleaning: 1 });
  const first = library.transfer(1, 5);
  const controller = new AbortController();
  const waits = library.transfer(2, 6, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waits).rejects.toBe(reason);
  expect(await first).toMatchObject({ to: { kind: 'slot', number: 5 } });
  const { elements } = await library.inventory();
  expect(elements.find(({ kind, number }) => kind === 'slot' && number === 2)).toMatchObject({ full: true });
});

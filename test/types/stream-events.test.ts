import { PassThrough, type Writable } from 'node:stream';
import { expectTypeOf, it } from 'vitest';
import type {
  EarlyWarning,
  OnMedium,
  TapeDrive,
  TapeReadStream,
  TapeWriteStream,
  WriteSession,
} from '../../src/index.js';

// Checked by the compiler: a listener knows what it gets, and the events of Node.js stay as they are.

declare const stream: TapeWriteStream;

it('earlyWarning tells what was written, however it is listened to', () => {
  const listen = () => {
    const all = [
      stream.on('earlyWarning', (written) => expectTypeOf(written).toEqualTypeOf<EarlyWarning>()),
      stream.once('earlyWarning', (written) => expectTypeOf(written).toEqualTypeOf<EarlyWarning>()),
      stream.addListener('earlyWarning', (written) => expectTypeOf(written).toEqualTypeOf<EarlyWarning>()),
      stream.prependListener('earlyWarning', (written) => expectTypeOf(written).toEqualTypeOf<EarlyWarning>()),
      stream.prependOnceListener('earlyWarning', (written) => expectTypeOf(written).toEqualTypeOf<EarlyWarning>()),
    ];
    expectTypeOf(all).toEqualTypeOf<TapeWriteStream[]>();
    stream.off('earlyWarning', ({ records, bytes }) => expectTypeOf([records, bytes]).toEqualTypeOf<number[]>());
    expectTypeOf(stream.emit('earlyWarning', { records: 1, bytes: 2 })).toEqualTypeOf<boolean>();
  };
  expectTypeOf(listen).toBeFunction();
});

it('all else is a stream of Node.js', () => {
  expectTypeOf<TapeWriteStream>().toExtend<Writable>();
  const listen = () => {
    stream.on('error', (error) => expectTypeOf(error).toEqualTypeOf<Error>());
    stream.on('pipe', (source) => source.pause());
    stream.on('finish', () => undefined).once('earlyWarning', () => undefined);
    const source: TapeReadStream = new PassThrough() as never;
    expectTypeOf(source.pipe(stream)).toEqualTypeOf<TapeWriteStream>();
  };
  expectTypeOf(listen).toBeFunction();
});

it('a session says up to where all is durable', () => {
  expectTypeOf<Parameters<WriteSession['on']>[0]>().not.toBeNever();
  const listen = (session: WriteSession) => {
    session.on('durable', (upTo) => expectTypeOf(upTo).toEqualTypeOf<OnMedium>());
    session.once('durable', ({ fileNumber }) => expectTypeOf(fileNumber).toEqualTypeOf<number>());
  };
  expectTypeOf(listen).toBeFunction();
  expectTypeOf<ReturnType<TapeDrive['session']>>().toEqualTypeOf<WriteSession>();
});

import { describe, expect, it } from 'vitest';
import { DriveBusyError, ElementError, type LtoError, WriteProtectedError } from '../../../src/errors/index.js';
import { CartridgePool } from '../../../src/provider/library/pool.js';

const DEVICE = '/dev/sch0';
const BARCODES = ['AA0001L8', 'AA0002L8', 'AA0003L8'];

/** A pool, and what its cartridges come to: nothing is none of its faults. */
function newPool(faults: Readonly<Record<string, Error>> = {}) {
  const pool = new CartridgePool(DEVICE, BARCODES);
  const tried: string[] = [];
  const next = async (...used: readonly string[]) => {
    tried.length = 0;
    return pool.next(used, async (barcode) => {
      tried.push(barcode);
      const fault = faults[barcode];
      if (fault !== undefined) throw fault;
      return { barcode };
    });
  };
  return { pool, tried, next };
}

const details = { device: DEVICE, operation: 'move' };
const PROTECTED = new WriteProtectedError('it is protected', { ...details, reason: 'switch' });
const IN_THE_WAY = new ElementError('the slot is taken', { ...details, problem: 'destination-full' });

describe('the next cartridge of a pool', () => {
  it('is the first that is neither used nor in use, in the order of the configuration', async () => {
    const { next } = newPool();
    const first = await next();
    expect(first.barcode).toBe('AA0001L8');
    expect((await next()).barcode).toBe('AA0002L8');
    first.done();
    expect((await next()).barcode).toBe('AA0001L8');
    const other = newPool();
    expect((await other.next('ZZ0009L8', 'AA0001L8')).barcode).toBe('AA0002L8');
    // A barcode without its suffix names the same cartridge.
    expect((await other.next('AA0001')).barcode).toBe('AA0003L8');
  });

  it('is the one behind a cartridge that cannot be used, which is not tried again', async () => {
    const { next, tried } = newPool({ AA0001L8: PROTECTED });
    const { barcode, done } = await next();
    expect([barcode, tried]).toEqual(['AA0002L8', ['AA0001L8', 'AA0002L8']]);
    done();
    await next();
    expect(tried).toEqual(['AA0002L8']);
  });

  it('may be one that the robot could not reach before', async () => {
    const { next, tried } = newPool({ AA0001L8: IN_THE_WAY });
    (await next()).done();
    await next();
    expect(tried).toEqual(['AA0001L8', 'AA0002L8']);
  });

  it.each<[string, Error]>([
    ['an error of the drive', new DriveBusyError('another process has it', details)],
    ['what is no error of ours', new TypeError('a mistake')],
  ])('is not looked for after %s, and the cartridge is free again', async (_, fault) => {
    const faults: Record<string, Error> = { AA0001L8: fault };
    const { next, tried } = newPool(faults);
    await expect(next()).rejects.toBe(fault);
    expect(tried).toEqual(['AA0001L8']);
    delete faults.AA0001L8;
    expect((await next()).barcode).toBe('AA0001L8');
  });

  it('is none that became full, also by another name', async () => {
    const { pool, next } = newPool();
    pool.full('AA0001');
    pool.full('ZZ0009L8');
    expect((await next()).barcode).toBe('AA0002L8');
  });
});

describe('a pool of which no cartridge is left', () => {
  it('says why each cannot be used, and what to do', async () => {
    const { pool, next } = newPool({ AA0002L8: PROTECTED, AA0003L8: IN_THE_WAY });
    pool.full('AA0001L8');
    const error: LtoError = await next().catch((reason) => reason);
    expect(error).toBeInstanceOf(ElementError);
    expect(error).toMatchObject({
      ...{ device: DEVICE, operation: 'write', problem: 'source-empty', cause: IN_THE_WAY },
      next: 'Put blank cartridges into the library, and name them in `pool`',
    });
    expect(error.message).toContain(
      `no cartridge of the pool can be used (AA0001L8: it is full; AA0002L8: ${PROTECTED.message}; AA0003L8: ${IN_THE_WAY.message})`,
    );
  });

  it('names no reasons where there are none', async () => {
    const { next } = newPool();
    await expect(next(...BARCODES)).rejects.toThrow(/no cartridge of the pool can be used(?! \()/);
  });
});

import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { errnoName, isSystemError, nameFailure, namingFailures, systemError } from '../../src/errors/system-error.js';

/** As the addon throws it. */
function failedCall(errno: number): Error {
  return Object.assign(new Error('No medium found, MTIOCTOP'), { errno, syscall: 'MTIOCTOP' });
}

describe('errnoName', () => {
  it.each([
    [5, 'EIO'],
    [11, 'EAGAIN'],
    [28, 'ENOSPC'],
    [52, 'EBADE'],
    [95, 'ENOTSUP'],
    [121, 'EREMOTEIO'],
    [123, 'ENOMEDIUM'],
    [124, 'EMEDIUMTYPE'],
    [125, 'ECANCELED'],
    [126, 'ENOKEY'],
  ])('knows %i of Linux as %s', (errno, name) => {
    expect(errnoName(-errno)).toBe(name);
  });

  it('gives the number of a value that has no name', () => {
    expect(errnoName(-9999)).toBe('Unknown system error -9999');
  });

  it('finds every name that systemError takes', () => {
    const names = Object.keys(constants.errno).filter((name) => name !== 'EWOULDBLOCK' && name !== 'EOPNOTSUPP');
    for (const name of [...names, 'ENOMEDIUM', 'EBADE'])
      expect(errnoName(systemError(name, 'read', 'x').errno)).toBe(name);
  });
});

describe('nameFailure', () => {
  it('makes a failed call of the addon a SystemError, with the name before its message', () => {
    const error = failedCall(-123);
    expect(isSystemError(error)).toBe(false);
    const named = nameFailure(error);
    expect(named).toBe(error);
    expect(isSystemError(named)).toBe(true);
    expect(named).toMatchObject({ code: 'ENOMEDIUM', errno: -123, message: 'ENOMEDIUM: No medium found, MTIOCTOP' });
  });

  it('names a call to a closed device, which made no system call', () => {
    expect(nameFailure(failedCall(0))).toMatchObject({ code: 'ERR_LTO_CLOSED', errno: 0 });
  });

  it('leaves everything else as it is', () => {
    const named = systemError('EIO', 'read', 'x');
    for (const error of [new TypeError('memory'), named, undefined, 'text']) expect(nameFailure(error)).toBe(error);
    expect(named.message).toBe('read x: EIO');
  });

  it('names what a blocking call throws, and passes on what it returns', () => {
    expect(namingFailures(() => 5)).toBe(5);
    expect(() =>
      namingFailures(() => {
        throw failedCall(-5);
      }),
    ).toThrow(expect.objectContaining({ code: 'EIO' }));
  });
});

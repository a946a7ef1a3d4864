import { expect, it, onTestFinished, vi } from 'vitest';
import { closedAfter, letGoAfter } from '../../src/cli/run/closing.js';
import { CatalogueError } from '../../src/errors/index.js';

const failing = async () => {
  throw new CatalogueError('the disk is full', { reason: 'disk' });
};

it('keeps what came of the work when closing fails, and says so', async () => {
  const written: string[] = [];
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  onTestFinished(() => stderr.mockRestore());
  onTestFinished(() => {
    process.exitCode = undefined;
  });
  expect(await letGoAfter(Promise.resolve('receipt'), failing)).toBe('receipt');
  expect(process.exitCode).toBeUndefined();
  expect(await closedAfter(Promise.resolve('receipt'), failing)).toBe('receipt');
  expect(process.exitCode).toBeGreaterThan(0);
  expect(written.join('').match(/the disk is full/g)).toHaveLength(2);
  const work = Promise.reject(new Error('of the work'));
  await expect(closedAfter(work, failing)).rejects.toThrow('of the work');
});

it('waits until it is closed', async () => {
  let isClosed = false;
  const close = async () => {
    await null;
    isClosed = true;
  };
  expect(await closedAfter(Promise.resolve(1), close)).toBe(1);
  expect(isClosed).toBe(true);
});

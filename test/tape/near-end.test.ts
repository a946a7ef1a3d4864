import { expect, it } from 'vitest';
import { NearEnd } from '../../src/tape/session/near-end.js';

it('a file is near the end from the one on that met early warning, until what is before it is written again', () => {
  const near = new NearEnd();
  expect(near.isHere).toBe(false);
  near.begin(100);
  expect(near.isHere).toBe(false);
  near.note();
  expect(near.isHere).toBe(true);
  near.begin(200);
  expect(near.isHere).toBe(true);
  near.note();
  near.begin(100);
  expect(near.isHere).toBe(true);
  near.begin(99);
  expect(near.isHere).toBe(false);
  near.begin(200);
  expect(near.isHere).toBe(false);
});

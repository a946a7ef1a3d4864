import { isIP } from 'node:net';
import { InvalidArgumentError } from '../../errors/index.js';

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';
const LARGEST_PORT = 65_535;
const FORM = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/;

/** `9464`, `0.0.0.0:9464`, `[::]:9464`, `localhost:0`; without a host this machine alone reaches it. */
export function parseListen(text: string): ListenAddress {
  const [, six, host = six ?? LOOPBACK, digits] = FORM.exec(text) ?? [];
  const port = Number(digits);
  const isKnown = six === undefined || isIP(six) === 6;
  if (digits !== undefined && port <= LARGEST_PORT && isKnown) return { host, port };
  throw new InvalidArgumentError(`${JSON.stringify(text)} is no address to listen at`, {
    next: 'Write a port, or a host and a port, such as 9464 or 0.0.0.0:9464',
  });
}

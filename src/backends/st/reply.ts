import type { ScsiReply } from '../../scsi/wire/command.js';

/** What a command's target gives back. */
export type TargetReply = Pick<ScsiReply, 'status' | 'hostStatus' | 'sense' | 'residual'> & {
  readonly dataIn: Uint8Array;
};

/** The same as a transport gives it. `begun`: by `performance.now()`. */
export function replyOf({ dataIn, ...reply }: TargetReply, begun: number): ScsiReply {
  return { ...reply, driverStatus: 0, data: dataIn, duration: Math.round(performance.now() - begun) };
}

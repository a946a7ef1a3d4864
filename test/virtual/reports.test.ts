import { describe, expect, it } from 'vitest';
import {
  COMMAND_SUPPORT,
  type CommandName,
  cdbLength,
  commandName,
  decodeCommandSupport,
  decodeSupportedCommands,
  type OperationCode,
  operationCode,
  registerAndMove,
  reportSupportedCommand,
  reportSupportedCommands,
  timeoutSeconds,
} from '../../src/scsi/index.js';
import { COMMANDS } from '../../src/virtual/server/commands.js';
import { newDrive, outcome, send } from './support.js';

const SUPPORTED = Object.keys(COMMANDS) as CommandName[];
/** Those with one service action, or none. */
const WITHOUT_ACTIONS = SUPPORTED.filter((name) => COMMANDS[name]?.serviceActions === undefined);
const codesOf = (name: CommandName): OperationCode => operationCode(name);

describe('REPORT SUPPORTED OPERATION CODES', () => {
  it('lists all commands that every drive has, with the timeouts of the generation', async () => {
    const drive = await newDrive({ generation: 6 });
    const { commands, truncated } = decodeSupportedCommands((await send(drive, reportSupportedCommands())).dataIn);
    expect(truncated).toBe(false);
    const names = Object.values(COMMANDS).flatMap(({ layout, serviceActions = [0], isIn }) => {
      return isIn ? [] : serviceActions.map(() => layout.name);
    });
    expect(commands.map(({ operationCode }) => operationCode)).toEqual(names.map((name) => codesOf(name).code));
    const erase = commands.find(({ operationCode }) => operationCode === codesOf('ERASE(6)').code);
    expect(erase?.timeouts?.recommended).toBe(timeoutSeconds('ERASE(6)', 6));
  });

  it.each(WITHOUT_ACTIONS)('tells of %s what the CDB may hold', async (name) => {
    const drive = await newDrive({ generation: 9, speed: 'lto9' });
    const { code, serviceAction } = codesOf(name);
    const told = decodeCommandSupport((await send(drive, reportSupportedCommand(code, serviceAction))).dataIn);
    expect(told.support).toBe(COMMAND_SUPPORT.standard);
    expect(told.usage).toHaveLength(cdbLength(code) ?? 0);
    expect(commandName(told.usage)).toBe(name);
    expect(told.timeouts?.recommended).toBe(timeoutSeconds(name, 9));
  });

  it('tells of each service action of PERSISTENT RESERVE, but of REGISTER AND MOVE, which is refused', async () => {
    const drive = await newDrive();
    const told = async (code: number, action: number) => {
      return decodeCommandSupport((await send(drive, reportSupportedCommand(code, action, false))).dataIn);
    };
    for (const [code, actions] of [
      [0x5e, [0, 1, 2, 3]],
      [0x5f, [0, 1, 2, 3, 4, 5, 6]],
    ] as const) {
      for (const action of actions) {
        const { support, usage } = await told(code, action);
        expect([support, ...usage.subarray(0, 2)]).toEqual([COMMAND_SUPPORT.standard, code, action]);
      }
      expect((await told(code, actions.length)).support).toBe(COMMAND_SUPPORT.notSupported);
      expect(await outcome(send(drive, reportSupportedCommand(code)))).toBe('5/24/00');
    }
    const { commands } = decodeSupportedCommands((await send(drive, reportSupportedCommands())).dataIn);
    const listed = commands.filter(({ operationCode }) => operationCode === 0x5f);
    expect(listed.map(({ serviceAction }) => serviceAction)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const move = registerAndMove(0, {
      reservationKey: '0000000000000000',
      serviceActionKey: '0000000000000001',
      unregister: false,
      activatePersistThroughPowerLoss: false,
      relativeTargetPort: 1,
      transportId: new Uint8Array(24),
    });
    expect(await outcome(send(drive, move))).toBe('5/24/00');
  });

  it('gives the usage as the standard has it, and no timeouts unless asked', async () => {
    const drive = await newDrive();
    const usage = async (code: number, action?: number) => {
      return decodeCommandSupport((await send(drive, reportSupportedCommand(code, action, false))).dataIn);
    };
    expect(await usage(0x0a)).toEqual({
      support: COMMAND_SUPPORT.standard,
      usage: Uint8Array.of(0x0a, 0x01, 0xff, 0xff, 0xff, 0),
    });
    expect((await usage(0xa3, 0x0f)).usage).toEqual(
      Uint8Array.of(0xa3, 0x0f, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0),
    );
  });

  it('says which commands it does not have', async () => {
    const drive = await newDrive();
    const notSupported = { support: COMMAND_SUPPORT.notSupported, usage: new Uint8Array(0) };
    for (const [code, action] of [[0x88], [0xff], [0xa3, 0x05]] as const) {
      const { dataIn } = await send(drive, reportSupportedCommand(code, action));
      expect(decodeCommandSupport(dataIn)).toEqual(notSupported);
    }
  });

  it('refuses to be asked for service actions where there are none, and for none where there are', async () => {
    const drive = await newDrive();
    expect(await outcome(send(drive, reportSupportedCommand(0x0a, 0)))).toBe('5/24/00');
    expect(await outcome(send(drive, reportSupportedCommand(0xa3)))).toBe('5/24/00');
    const reserved = reportSupportedCommands();
    reserved.cdb[2] = 0x87;
    expect(await outcome(send(drive, reserved))).toBe('5/24/00');
  });
});

import type { TapeAlertFlag } from '../log/tape-alert.js';

// TapeAlert flags of medium changers (SMC-3), which differ from those of drives. Names, severities and causes agree with the
// lists that makers of libraries and backup programs publish (IBM TS3400, Dell TL4000, Quantum Scalar, Veeam).

const ACTIONS = {
  service: 'Stop moving cartridges and have the library serviced.',
  plan: 'Plan a service of the library; watch the other flags until then.',
  cabling: 'Check the cables between library and host, then try again.',
  environment: 'Check temperature, humidity and air flow around the library.',
  supply: 'Check the power supply of the library.',
  stray: 'Look into the library: a cartridge lies where no element is. Take the inventory anew afterwards.',
  grip: 'Look at the cartridge and its slot; have the robot checked when the flag comes back.',
  close: 'Close the door, or put the magazine in; the library continues on its own.',
  mailSlot: 'Look at the mail slot; have it repaired when the flag comes back.',
  panel: 'Look at the panel of the library.',
  audit: 'Take the inventory anew with `lto library audit`.',
  illegal: 'Find the program that sent the command.',
  label: 'Look at the barcode labels, and replace those that can not be read.',
} as const;

type Row = readonly [name: string, severity: TapeAlertFlag['severity'], meaning: string, action: keyof typeof ACTIONS];

/** Row n is flag n + 1. */
const ROWS: readonly Row[] = [
  ['Library hardware A', 'C', 'The robot has trouble communicating with a drive', 'service'],
  ['Library hardware B', 'W', 'The robot has a hardware fault', 'plan'],
  ['Library hardware C', 'C', 'A fault of the robot goes away after a reset only', 'service'],
  ['Library hardware D', 'C', 'A fault that is not mechanical, or goes away only when the power is cycled', 'service'],
  ['Library diagnostics required', 'W', 'The library asks for its own tests', 'plan'],
  ['Library interface', 'C', 'The library sees errors on its way to the host', 'cabling'],
  ['Predictive failure', 'W', 'A part of the library will fail soon', 'plan'],
  ['Library maintenance', 'W', 'The library is due for maintenance', 'plan'],
  ['Library humidity limits', 'C', 'The air in the library is too dry or too damp', 'environment'],
  ['Library temperature limits', 'C', 'The library is too hot or too cold', 'environment'],
  ['Library voltage limits', 'C', 'A supply voltage of the library is out of its limits', 'supply'],
  ['Library stray tape', 'C', 'A cartridge was left behind by the recovery from an earlier fault', 'stray'],
  ['Library pick retry', 'W', 'Taking cartridges out of slots needed many attempts', 'grip'],
  ['Library place retry', 'W', 'Putting cartridges into slots needed many attempts', 'grip'],
  ['Library load retry', 'W', 'Putting cartridges into drives needed many attempts', 'grip'],
  ['Library door', 'C', 'The door is open, and the robot stands still', 'close'],
  ['Library mail slot', 'C', 'The mail slot has a mechanical problem', 'mailSlot'],
  ['Library magazine', 'C', 'A magazine is missing', 'close'],
  ['Library security', 'W', 'The door was opened and closed while the library worked', 'audit'],
  ['Library security mode', 'I', 'The security mode of the library was changed', 'panel'],
  ['Library offline', 'I', 'An operator has taken the library offline', 'panel'],
  ['Library drive offline', 'I', 'The library has taken a drive offline', 'panel'],
  ['Library scan retry', 'W', 'Reading barcodes needed many attempts', 'label'],
  ['Library inventory', 'C', 'What is in the library is not what it remembers', 'audit'],
  ['Library illegal operation', 'W', 'A command was refused because it can not be carried out now', 'illegal'],
  ['Dual port interface error', 'W', 'One of two ways to the library has failed', 'cabling'],
  ['Cooling fan failure', 'W', 'A fan of the library has failed', 'plan'],
  ['Power supply', 'W', 'One of the power supplies has failed', 'supply'],
  ['Power consumption', 'W', 'The power consumption is outside its limits', 'supply'],
  ['Pass-through mechanism failure', 'C', 'The way between two libraries has failed', 'service'],
  ['Cartridge in pass-through mechanism', 'C', 'A cartridge is stuck on the way between two libraries', 'stray'],
  ['Unreadable barcode labels', 'I', 'The barcode labels of some cartridges can not be read', 'label'],
];

/** The flags of changers; flag n is element n - 1. For `decodeTapeAlert`. */
export const CHANGER_TAPE_ALERT_FLAGS: readonly TapeAlertFlag[] = ROWS.map(
  ([name, severity, meaning, action], index) => {
    return { flag: index + 1, name, severity, meaning, action: ACTIONS[action] };
  },
);

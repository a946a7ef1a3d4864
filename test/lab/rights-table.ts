/** What a call needs of the process that makes it: to read and write one of the two nodes, and no capability. */
export interface RightsRow {
  readonly call: string;
  /** The command or request below it. */
  readonly sends: string;
  readonly through: 'tape node' | 'sg node';
}

/** Calls of a TapeDrive, in an order that leaves each of them something to do; see rights.test.ts. */
export const RIGHTS: readonly RightsRow[] = [
  { call: 'identity()', sends: 'INQUIRY', through: 'sg node' },
  { call: 'readiness()', sends: 'TEST UNIT READY', through: 'sg node' },
  { call: 'requestSense()', sends: 'REQUEST SENSE', through: 'sg node' },
  { call: 'settings()', sends: 'MODE SENSE', through: 'sg node' },
  { call: 'alerts()', sends: 'LOG SENSE', through: 'sg node' },
  { call: 'rewind()', sends: 'MTIOCTOP', through: 'tape node' },
  { call: "writeFile([new Uint8Array(512)], { position: 'overwrite' })", sends: 'write', through: 'tape node' },
  { call: 'verifyFile(0)', sends: 'read', through: 'tape node' },
  { call: 'verifyFile({ fileNumber: 0, inDrive: true })', sends: 'VERIFY', through: 'sg node' },
  {
    call: 'planReads([{ firstLogicalObject: 0 }, { firstLogicalObject: 1 }])',
    sends: 'READ END OF WRAP POSITION',
    through: 'sg node',
  },
  { call: 'status()', sends: 'MTIOCGET', through: 'tape node' },
  { call: 'logicalObject()', sends: 'MTIOCPOS', through: 'tape node' },
  { call: 'locate(0)', sends: 'MTIOCTOP', through: 'tape node' },
  { call: 'position()', sends: 'READ POSITION', through: 'sg node' },
  { call: 'mam()', sends: 'READ ATTRIBUTE', through: 'sg node' },
  { call: "setAttributes({ userMediumLabel: 'x' })", sends: 'WRITE ATTRIBUTE', through: 'sg node' },
  { call: 'densities()', sends: 'REPORT DENSITY SUPPORT', through: 'sg node' },
  { call: 'blockLimits()', sends: 'READ BLOCK LIMITS', through: 'sg node' },
  { call: 'supportedCommands()', sends: 'REPORT SUPPORTED OPERATION CODES', through: 'sg node' },
  { call: 'timestamp()', sends: 'REPORT TIMESTAMP', through: 'sg node' },
  { call: 'reservations()', sends: 'PERSISTENT RESERVE IN', through: 'sg node' },
  { call: 'configure({ compression: true })', sends: 'MODE SELECT', through: 'sg node' },
  { call: 'encryption.status()', sends: 'SECURITY PROTOCOL IN', through: 'sg node' },
  { call: 'encryption.disable()', sends: 'SECURITY PROTOCOL OUT', through: 'sg node' },
  { call: "formatMedium({ confirm: 'erase everything' })", sends: 'FORMAT MEDIUM', through: 'sg node' },
  { call: "setCapacity(1, { confirm: 'erase everything' })", sends: 'SET CAPACITY', through: 'sg node' },
  { call: 'eject()', sends: 'PREVENT ALLOW MEDIUM REMOVAL', through: 'sg node' },
  { call: 'load()', sends: 'MTIOCTOP', through: 'tape node' },
];

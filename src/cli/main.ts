#!/usr/bin/env node
import './no-debugger.js';
import { startThreadAhead } from './thread-ahead.js';

await startThreadAhead(process.argv.slice(2));
const { runCommand } = await import('./command.js');
await runCommand();

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { type Column, emptyColumn, noteTest } from './matrix.mjs';

/** What `conforms` has noted of a test. */
type Noted = { readonly backend: string; readonly needs: readonly string[]; readonly lacking: readonly string[] };

/** Writes a column of the matrix for each backend into the folder LTO_CONFORMANCE_REPORTS. */
export default class MatrixReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const folder = process.env.LTO_CONFORMANCE_REPORTS;
    if (folder === undefined) return;
    const columns = new Map<string, Column>();
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const noted = (test.meta() as { readonly conformance?: Noted }).conformance;
        if (noted === undefined) continue;
        const column = columns.get(noted.backend) ?? emptyColumn(noted.backend);
        noteTest(column, { ...noted, state: test.result().state });
        columns.set(noted.backend, column);
      }
    }
    mkdirSync(folder, { recursive: true });
    for (const column of columns.values()) {
      const file = `${column.backend.replaceAll(/[^\w.-]+/g, '_')}.json`;
      writeFileSync(join(folder, file), JSON.stringify(column));
    }
  }
}

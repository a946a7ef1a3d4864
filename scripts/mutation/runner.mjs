// Vitest's runner, which repeats each test with each mutant of the sample that the test reaches.
import { getFn } from '@vitest/runner';
import { TestRunner } from 'vitest';
import { addFinding, readFindings, readSample } from './results.mjs';

globalThis.__stryker__ ??= {};
/** What the copy of the source looks for and counts in (sample.mjs). */
const switches = globalThis.__stryker__;
/** A mutant in a loop is stopped when its place is passed so many times as often as without it. */
const HITS = 100;
/** A test waits for what a mutant keeps from happening: so many times as long as without it, and so many ms more. */
const PATIENCE = { factor: 5, more: 8000 };
/** So many mutants that no test has met yet are tried together: many of them die, each of which costs some runs more. */
const NEW_TOGETHER = 6;

export class MutationRunner extends TestRunner {
  folder = process.env.MUTATION_FOLDER;
  sample = new Map(readSample(this.folder).drawn.map((mutant) => [mutant.id, mutant]));
  killed = this.known('killed');
  lived = this.known('lived');
  loaded = this.known('loaded');
  /** Errors that no test caught: vitest fails a run for them. */
  stray = 0;

  constructor(config) {
    super(config);
    const count = () => {
      this.stray += 1;
    };
    process.on('unhandledRejection', count);
    process.on('uncaughtException', count);
  }

  known(state) {
    return new Set(readFindings(this.folder).flatMap(({ id, what }) => (what === state ? [id] : [])));
  }

  async onBeforeRunTask(test) {
    await super.onBeforeRunTask?.(test);
    // A test that is to fail says nothing by failing.
    if (test.mode !== 'run' || test.fails === true) return;
    test.retry = 1e9;
    this.job = { name: `${test.file.name} > ${test.name}`, step: 'plain', groups: [], began: 0, took: 0, hits: {} };
  }

  async onBeforeTryTask(test, options) {
    await super.onBeforeTryTask(test, options);
    if (this.job === undefined) return;
    const { step, groups, hits } = this.job;
    const active = step === 'mutants' ? groups[0] : [];
    this.stray = 0;
    this.job.began = performance.now();
    switches.currentTestId = step;
    if (switches.mutantCoverage !== undefined) switches.mutantCoverage.perTest = {};
    switches.active = new Map(active.map((id) => [id, { hits: 0, limit: hits[id] * HITS + 1000 }]));
  }

  async runTask(test) {
    if (this.job?.step !== 'mutants') return getFn(test)();
    const limit = this.job.took * PATIENCE.factor + PATIENCE.more;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('mutation: waited too long')), limit);
    });
    try {
      await Promise.race([getFn(test)(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async onAfterRetryTask(test, options) {
    await super.onAfterRetryTask?.(test, options);
    if (this.job === undefined || test.result.state === 'skip') return;
    // An error that nobody catches is reported after the turn in which it happened.
    await new Promise((resolve) => setImmediate(resolve));
    const failed = test.result.state === 'fail' || this.stray > 0;
    const how = test.result.errors?.at(-1)?.message?.split('\n')[0]?.slice(0, 200);
    if (failed && this.job.step === 'plain') {
      // Reported as any test that fails, and not repeated.
      test.retry = { count: 0, condition: () => false };
      this.stop();
      return;
    }
    const next = this[this.job.step](failed, how);
    test.result.errors = next ? [{ message: 'mutation: goes on' }] : undefined;
    test.result.state = next ? 'fail' : 'pass';
    if (!next) this.stop();
  }

  stop() {
    switches.active = undefined;
    switches.currentTestId = undefined;
    this.job = undefined;
  }

  /** @returns {boolean} whether there is anything more to do for this test; the same for the other two */
  plain() {
    this.noteLoaded();
    this.job.took = performance.now() - this.job.began;
    this.job.hits = switches.mutantCoverage?.perTest.plain ?? {};
    const reached = Object.keys(this.job.hits).filter((id) => this.sample.has(id) && !this.killed.has(id));
    const isNew = (id) => !this.lived.has(id);
    this.job.groups = [
      ...this.together(reached.filter(isNew), NEW_TOGETHER),
      ...this.together(
        reached.filter((id) => !isNew(id)),
        Number.POSITIVE_INFINITY,
      ),
    ];
    return this.goOn();
  }

  mutants(failed, how) {
    const group = this.job.groups[0];
    if (failed && group.length === 1) {
      this.job.how = how;
      this.job.step = 'proof';
      return true;
    }
    this.job.groups.shift();
    const half = Math.ceil(group.length / 2);
    if (failed) this.job.groups.unshift(group.slice(0, half), group.slice(half));
    else this.note(group);
    return this.goOn();
  }

  /** The test has passed with these together. One that was not reached, since another has changed the way, has yet to be. */
  note(group) {
    const reached = group.filter((id) => switches.active.get(id).hits > 0);
    const others = group.filter((id) => !reached.includes(id));
    for (const id of reached) {
      this.lived.add(id);
      addFinding(this.folder, { id, what: 'lived', test: this.job.name });
    }
    if (others.length > 0 && group.length > 1) this.job.groups.unshift(others);
  }

  /** Without the mutant the test passes again; otherwise it cannot be repeated, and its failure says nothing. */
  proof(failed, how) {
    if (failed) {
      process.stdout.write(`mutation: cannot be repeated and is left out: ${this.job.name}: ${how}\n`);
      return false;
    }
    const [id] = this.job.groups.shift();
    this.killed.add(id);
    addFinding(this.folder, { id, what: 'killed', test: this.job.name, how: this.job.how });
    return this.goOn();
  }

  goOn() {
    this.job.step = 'mutants';
    return this.job.groups.length > 0;
  }

  /** Groups of mutants of which none is in the code that another replaces. */
  together(ids, most) {
    const groups = [];
    for (const id of ids) {
      const fits = (group) => group.length < most && !group.some((other) => this.overlap(id, other));
      const group = groups.find(fits);
      if (group === undefined) groups.push([id]);
      else group.push(id);
    }
    return groups;
  }

  overlap(one, other) {
    const [a, b] = [this.sample.get(one), this.sample.get(other)];
    return a.file === b.file && a.line <= b.last && b.line <= a.last;
  }

  noteLoaded() {
    for (const id of Object.keys(switches.mutantCoverage?.static ?? {})) {
      if (!this.sample.has(id) || this.loaded.has(id)) continue;
      this.loaded.add(id);
      addFinding(this.folder, { id, what: 'loaded', test: this.job.name });
    }
  }
}

export default MutationRunner;

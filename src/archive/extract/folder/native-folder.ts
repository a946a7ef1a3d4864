import type { ExtractionRoot } from '../../../../binding.js';
import { loadAddon } from '../../../addon/load-addon.js';
import { errnoName, namingFailures } from '../../../errors/system-error.js';
import type { ByteString } from '../../encode/byte-string.js';
import type { MadeFiles, NodeFacts, SpecialNode, TargetFolder } from './target-folder.js';

/** Implementation by the addon: everything is relative to descriptors of folders opened without following a link. */
export class NativeFolder implements TargetFolder {
  readonly linksLast = false;
  readonly makesSpecialFiles = true;
  readonly #root: ExtractionRoot;

  /** `stepByStep`: as on kernels without openat2(2). Throws AddonUnavailableError and SystemError. */
  constructor(path: string, stepByStep = false) {
    const { ExtractionRoot } = loadAddon();
    this.#root = namingFailures(() => new ExtractionRoot(path, stepByStep));
  }

  inspect(path: ByteString, facts: NodeFacts): string | undefined {
    return codeOf(this.#root.inspect(path, facts.numbers));
  }

  createFile(path: ByteString, facts: NodeFacts): string | undefined {
    return codeOf(this.#root.createFile(path, facts.numbers));
  }

  makeFile(path: ByteString, data: Uint8Array, attributes: Float64Array, facts: NodeFacts): string | undefined {
    return codeOf(this.#root.makeFile(path, data, attributes, facts.numbers));
  }

  makeFiles(blocks: Uint8Array, permissions: number, owners: boolean, { numbers, nodes }: MadeFiles): number {
    return this.#root.makeFiles(blocks, permissions, owners, numbers, nodes);
  }

  makeFolder(path: ByteString, mode: number, facts: NodeFacts): string | undefined {
    return codeOf(this.#root.makeFolder(path, mode, facts.numbers));
  }

  openFolder(path: ByteString): string | undefined {
    return codeOf(this.#root.openFolder(path));
  }

  write(data: Uint8Array, position: number): string | undefined {
    return codeOf(this.#root.write(data, position));
  }

  setAttribute(name: ByteString, value: Uint8Array): string | undefined {
    return codeOf(this.#root.setAttribute(name, value));
  }

  setRights(attributes: Float64Array): string | undefined {
    return codeOf(this.#root.setRights(attributes));
  }

  finish(size: number, attributes: Float64Array): string | undefined {
    return codeOf(this.#root.finish(size, attributes));
  }

  makeSymbolicLink(target: ByteString, path: ByteString, attributes: Float64Array, facts: NodeFacts) {
    return codeOf(this.#root.makeSymbolicLink(target, path, attributes, facts.numbers));
  }

  makeNode(path: ByteString, { type, major, minor }: SpecialNode, attributes: Float64Array, facts: NodeFacts) {
    return codeOf(this.#root.makeNode(path, type, major, minor, attributes, facts.numbers));
  }

  makeHardLink(existing: ByteString, path: ByteString): string | undefined {
    return codeOf(this.#root.makeHardLink(existing, path));
  }

  remove(path: ByteString): string | undefined {
    return codeOf(this.#root.remove(path));
  }

  close(): void {
    this.#root.close();
  }
}

function codeOf(result: number): string | undefined {
  return result < 0 ? errnoName(result) : undefined;
}

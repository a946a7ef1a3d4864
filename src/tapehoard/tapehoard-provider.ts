import { TapeHoardContract } from './contract.js';
import { addSnakeNames, type SnakeCased } from './snake-case.js';

const { prototype } = TapeHoardContract;
addSnakeNames(
  prototype,
  Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor'),
);
addSnakeNames(TapeHoardContract, Object.getOwnPropertyNames(TapeHoardContract));

/** Static members of the class. */
type Statics = Pick<
  typeof TapeHoardContract,
  'capabilities' | 'configSchema' | 'description' | 'getCachedLiveInfo' | 'providerId'
>;

/**
 * The provider with the members of TapeHoard's `LTOProvider`, each by its name in camelCase and in snake_case; see
 * `TapeHoardContract` and docs/porting.md.
 */
export const TapeHoardProvider = TapeHoardContract as unknown as Omit<typeof TapeHoardContract, 'prototype'> &
  SnakeCased<Statics> &
  (new (
    ...parameters: ConstructorParameters<typeof TapeHoardContract>
  ) => TapeHoardContract & SnakeCased<TapeHoardContract>);
export type TapeHoardProvider = TapeHoardContract & SnakeCased<TapeHoardContract>;

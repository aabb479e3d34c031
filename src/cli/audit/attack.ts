import type { SecureBits } from '../../core/random.js';
import type { KeyPair } from '../../wire/hpke.js';
import type { Policy } from '../../wire/policy.js';
import type { Finding } from './finding.js';

export interface AttackContext {
  readonly policy: Policy;
  /** The key that the policy names: the attacker is the operator. */
  readonly keys: KeyPair;
  /** Reports per world. */
  readonly reports: number;
  /** Of the devices. */
  readonly bits: SecureBits;
  /** For all that this attack says, together. */
  readonly falseAlarm: number;
}

export type Attack = (context: AttackContext) => readonly Finding[] | Promise<readonly Finding[]>;

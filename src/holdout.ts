/**
 * Does it help? `createHoldout` holds a share of the devices out, `liftOf` and `visitorsNeeded` read what was measured; pure, for Node too.
 * See docs/consent.md.
 */
export { announceToGa4, createHoldout } from './page/holdout.js';
export type { Holdout, HoldoutOptions } from './page/holdout.js';
export { withHoldout } from './page/with-holdout.js';
export type { Arm, CountedEvent, HoldoutRecord } from './page/holdout-record.js';
export { liftOf, visitorsNeeded } from './core/evaluation/lift.js';
export type { ArmCount, Interval, Lift, LiftPlan, VisitorsNeeded } from './core/evaluation/lift.js';

import { basename } from 'node:path';
import { columns } from '../../core/learners/sequence/columns.js';
import { predictNext } from '../../core/learners/sequence/predict-next.js';
import { SEQUENCE_RULE, type SequenceRule } from '../../core/learners/sequence/rule.js';
import { createSequenceParams, type SequenceParams } from '../../core/learners/sequence/sequence-params.js';
import { learnBlend, rememberEvent } from '../../core/learners/sequence/sequence.js';
import { amazonBaselines } from './amazon-baselines.js';
import { createContent, type Content } from './amazon-content.js';
import { readShopHistory, type ShopHistory } from './amazon-files.js';
import { chooseLeast } from './choose.js';
import type { Dataset, EvalContext, EvalReport } from './dataset.js';
import { createPlaces, top10, type Places } from './place.js';
import { placeOf } from './sequence-place.js';

/** Years of purchases without a time: nothing decays, nothing is forgotten, order within a sequence hardly matters to a neighbour. */
const fixed: SequenceRule = {
  ...SEQUENCE_RULE,
  transitionHalfLifeMs: Infinity,
  popularityHalfLifeMs: Infinity,
  neighbourHalfLifeMs: Infinity,
  sessionsPerItem: Infinity,
  contextRatio: 0.8,
  stepRatio: 1,
  beforeRatio: 1,
  maxRows: Infinity,
  maxEntriesPerRow: Infinity,
  maxSessions: Infinity,
  maxItemsPerSession: Infinity,
  maxItems: Infinity,
  extraColumns: 2,
  blendLearningRate: 0.1,
  // what was seen already is excluded, so the columns of repeats keep it out of the softmax
  blendStart: [0.5, 0.5, 0, 0.2, 0.2, 0.2, -10, -10, -10, -10, 0, 1],
};
const grid: readonly SequenceRule[] = [0, 10].flatMap((stepsVia) =>
  [3, 10].flatMap((maxSteps) => [0.6, 0.8].map((contextRatio) => ({ ...fixed, stepsVia, maxSteps, contextRatio }))),
);
/** `--tune` looks at every so many-th user. */
const TUNING_STRIDE = 4;

export const amazon: Dataset = {
  name: 'amazon',
  summary: 'Amazon reviews, any folder with sequences.txt[.gz]: the last item of each user among all items not yet seen',
  async run(context) {
    const history = await readShopHistory(context.dir);
    const study = createStudy(history, context);
    const rule = context.isTuning ? study.tune() : fixed;
    context.progress('counting all but the last two of each user', 0, 0);
    const params = study.remember(rule);
    const secondLast = study.predict(params, rule, 2, 'blend weights on the second-last item', { isLearning: true });
    study.rememberSecondLast(params, rule);
    const places = study.predict(params, rule, 1, 'predicting the last item', { isLearning: false });
    if (places.count === 0) throw new Error(`${history.folder}: expected users with two items or more, got none`);
    return reportOf(history, rule, params, secondLast, places, context);
  },
};

interface Study {
  tune(): SequenceRule;
  /** The learner after all items but each user's last two; the blend as it starts. */
  remember(rule: SequenceRule): SequenceParams;
  rememberSecondLast(params: SequenceParams, rule: SequenceRule): void;
  /** Places of each user's `held`-last item, from the items before it. */
  predict(
    params: SequenceParams,
    rule: SequenceRule,
    held: 1 | 2,
    what: string,
    options: { readonly isLearning: boolean; readonly stride?: number },
  ): Places;
}

function createStudy({ sequences, attributes }: ShopHistory, { progress }: EvalContext): Study {
  const items = new Set(sequences.flat());
  const content: Content = createContent(attributes, [...items]);
  const study: Study = {
    remember(rule) {
      const params = createSequenceParams(rule);
      for (const [session, sequence] of sequences.entries())
        for (const item of sequence.slice(0, -2)) rememberEvent(params, rule, { session, item, atMs: 0 });
      return params;
    },
    rememberSecondLast(params, rule) {
      for (const [session, sequence] of sequences.entries())
        if (sequence.length >= 2) rememberEvent(params, rule, { session, item: sequence.at(-2)!, atMs: 0 });
    },
    predict(params, rule, held, what, { isLearning, stride = 1 }) {
      const places = createPlaces();
      for (let session = 0; session < sequences.length; session += stride) {
        const before = sequences[session]!.slice(0, -held);
        if (before.length === 0) continue;
        const target = sequences[session]!.at(-held)!;
        const prediction = predictNext(params, rule, session, 0, content(before));
        places.note(placeOf(params, prediction, target, items, new Set(before)));
        if (isLearning) learnBlend(params, rule, prediction, target);
        if (session % 100 === 0) progress(what, session, sequences.length);
      }
      progress(what, sequences.length, sequences.length);
      return places;
    },
    tune: () =>
      chooseLeast(
        grid,
        (rule) => {
          const options = { isLearning: true, stride: TUNING_STRIDE };
          const places = study.predict(study.remember(rule), rule, 2, 'configurations on second-last items', options);
          const { hr10, ndcg10 } = top10(places);
          return -(hr10 + ndcg10);
        },
        (done, of) => progress('configurations', done, of),
      ),
  };
  return study;
}

const isBeauty = ({ sequences }: ShopHistory): boolean => sequences.length === 22_363 && sequences.flat().length === 198_502;

function reportOf(
  history: ShopHistory,
  rule: SequenceRule,
  { blend }: SequenceParams,
  secondLast: Places,
  places: Places,
  { seed, isTuning, progress }: EvalContext,
): EvalReport {
  const { folder, sequences, attributes } = history;
  progress('baselines', 0, 0);
  const names = [...columns, 'content like the last item', 'content like all items'];
  const {
    maxSteps,
    lastItems,
    stepsVia,
    neighbours,
    contextRatio,
    stepRatio,
    beforeRatio,
    popularCandidates,
    blendLearningRate,
    blendStart,
  } = rule;
  return {
    dataset: 'amazon',
    protocol:
      `${basename(folder)}: ${sequences.length} users, ${new Set(sequences.flat()).size} items, ${sequences.flat().length} actions; ` +
      `each user's last item (n = ${places.count}) from all items before it and from everybody's items but their last; full ranking of all items but those ` +
      `the user has seen, equal scores count half; ${attributes.size === 0 ? 'no attributes, content is 0' : `attributes of ${attributes.size} items`}`,
    seed,
    config: {
      chosen: `most HR@10 + NDCG@10 of ${grid.length} configurations on the second-last item of every ${TUNING_STRIDE}th user, the last one removed${isTuning ? ', chosen anew' : ' (Beauty), fixed; --tune chooses anew'}; blend weights learned in one pass over all second-last items; nothing is drawn, the seed changes nothing`,
      maxSteps,
      lastItems,
      stepsVia,
      neighbours,
      contextRatio,
      stepRatio,
      beforeRatio,
      popularCandidates,
      blendLearningRate,
      blendStart,
      halfLives: 'none',
      caps: 'none',
    },
    metrics: top10(places),
    baselines: {
      ...amazonBaselines(sequences),
      ...(isBeauty(history)
        ? {
            popularity: { source: 'published', hr10: 0.014 },
            ItemKNN: { source: 'published', hr10: 0.081, ndcg10: 0.05 },
            'Markov + KNN + content': { source: 'published', hr10: 0.095, ndcg10: 0.059 },
          }
        : {}),
    },
    ...(isBeauty(history) ? { targets: { hr10: 0.09, ndcg10: 0.055 } } : {}),
    tables: {
      'the second-last item, while the blend learns': [{ predicted: secondLast.count, ...top10(secondLast) }],
      'weights of the blend': names.map((column, at) => ({
        column,
        'much known': blend.weights[at]!,
        'nothing known': blend.weights[at]! + blend.weights[names.length + at]!,
      })),
    },
  };
}

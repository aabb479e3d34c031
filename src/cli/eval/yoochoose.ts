import { addPopularity, type Popularity } from '../../core/learners/sequence/popularity.js';
import { SEQUENCE_RULE, type SequenceRule } from '../../core/learners/sequence/rule.js';
import { predictNext } from '../../core/learners/sequence/predict-next.js';
import { createSequenceParams } from '../../core/learners/sequence/sequence-params.js';
import { learnBlend, rememberEvent, type SequenceEvent } from '../../core/learners/sequence/sequence.js';
import { addTransition, type Transitions } from '../../core/learners/sequence/transitions.js';
import { chooseLeast } from './choose.js';
import type { Dataset, EvalContext, EvalMetrics, EvalReport } from './dataset.js';
import { createPlaces, placeAmong, top20, type Places } from './place.js';
import { placeOf } from './sequence-place.js';
import { readClicks, type Clicks } from './yoochoose-clicks.js';

/** Share of the stream, from its start, that the configuration is chosen on. */
const EARLY_SHARE = 0.2;

const HOUR_MS = 3_600_000;
const grid: readonly SequenceRule[] = [0.05, 0.1, 0.2].flatMap((blendLearningRate) =>
  [24, 72].flatMap((hours) =>
    [0.2, 0.4].flatMap((contextRatio) =>
      [0.3, 0.5].map((stepRatio) => ({
        ...SEQUENCE_RULE,
        blendLearningRate,
        popularityHalfLifeMs: hours * HOUR_MS,
        contextRatio,
        stepRatio,
      })),
    ),
  ),
);

export const yoochoose: Dataset = {
  name: 'yoochoose',
  summary: 'Yoochoose clicks: which item comes next in the session? Progressive, all items seen so far are ranked',
  async run(context) {
    const clicks = await readClicks(context.dir);
    const early = Math.floor(clicks.events.length * EARLY_SHARE);
    const rule = context.isTuning ? tune(clicks.events.slice(0, early), context) : SEQUENCE_RULE;
    const all = createPlaces();
    const parts = [createPlaces(), createPlaces()] as const;
    followClicks(
      clicks.events,
      rule,
      (place, at) => {
        all.note(place);
        parts[at < early ? 0 : 1].note(place);
      },
      (done) => context.progress('predict, then learn', done, clicks.events.length),
    );
    if (all.count === 0) throw new Error(`${clicks.file}: expected sessions of more than one click, got none`);
    return reportOf(clicks, rule, all, parts, context);
  },
};

/** Tells the place of each click but the first of its session, as predicted just before it. */
function followClicks(
  events: readonly SequenceEvent[],
  rule: SequenceRule,
  tellPlace: (place: number, at: number) => void,
  tellDone: (done: number) => void = () => {},
): void {
  const params = createSequenceParams(rule);
  const begun = new Set<number>(); // the learner may have forgotten a session that goes on
  for (const [at, event] of events.entries()) {
    if (begun.has(event.session)) {
      const prediction = predictNext(params, rule, event.session, event.atMs);
      tellPlace(placeOf(params, prediction, event.item, params.popularity.counts), at);
      learnBlend(params, rule, prediction, event.item);
    }
    rememberEvent(params, rule, event);
    begun.add(event.session);
    if (at % 1000 === 999) tellDone(at + 1);
  }
  tellDone(events.length);
}

function tune(events: readonly SequenceEvent[], { progress }: EvalContext): SequenceRule {
  return chooseLeast(
    grid,
    (rule) => {
      const places = createPlaces();
      followClicks(events, rule, places.note);
      const { hr20, mrr20 } = top20(places);
      return -(hr20 + mrr20);
    },
    (done, of) => progress(`configurations on the first ${events.length.toLocaleString('en')} clicks`, done, of),
  );
}

/** Counts without decay on the same work: items so far, and what followed the last item directly. Equal counts count half. */
function simpleBaselines(events: readonly SequenceEvent[]): { popularity: EvalMetrics; markov: EvalMetrics } {
  const scale = { halfLifeMs: Infinity, landmarkMs: 0 };
  // 100 leaders tell every place up to 20: an item beyond them has 100 ahead or beside it
  const counted: Popularity = { scale, maxItems: Infinity, maxLeaders: 100, counts: new Map(), leaders: [], total: 0 };
  const followers: Transitions = { scale, maxRows: Infinity, maxEntriesPerRow: Infinity, rows: new Map() };
  const last = new Map<number, number>();
  const popularity = createPlaces();
  const markov = createPlaces();
  for (const { session, item, atMs } of events) {
    const before = last.get(session);
    if (before !== undefined) {
      popularity.note(placeIn(counted.leaders, item, (each) => counted.counts.get(each)!));
      const row = followers.rows.get(before);
      markov.note(placeIn(row?.keys() ?? [], item, (each) => row!.get(each)!));
      addTransition(followers, before, item, 1, atMs);
    }
    addPopularity(counted, item, atMs);
    last.set(session, item);
  }
  return { popularity: top20(popularity), markov: top20(markov) };
}

function placeIn(list: Iterable<number>, item: number, scoreOf: (item: number) => number): number {
  const items = [...list];
  return items.includes(item)
    ? placeAmong(
        scoreOf(item),
        items.filter((each) => each !== item).map((each) => scoreOf(each)),
      )
    : Infinity;
}

function reportOf(
  { file, events, sessions, items }: Clicks,
  rule: SequenceRule,
  all: Places,
  parts: readonly [Places, Places],
  { seed, isTuning, progress }: EvalContext,
): EvalReport {
  progress('baselines', 0, 0);
  const simple = simpleBaselines(events);
  const part = (clicks: string, places: Places): Readonly<Record<string, number | string>> => ({
    clicks,
    predicted: places.count,
    ...(places.count === 0 ? {} : top20(places)),
  });
  return {
    dataset: 'yoochoose',
    protocol:
      `${file}: ${events.length} clicks of ${sessions} sessions on ${items} items, in order of time across sessions (equal times as in the file); ` +
      `each click but a session's first is predicted (n = ${all.count}) from all clicks before it, those of sessions still open included, then learned; ` +
      'all items seen so far are ranked, repeats allowed, equal scores count half, an item never seen is a miss',
    seed,
    config: {
      chosen: `most HR@20 + MRR@20 of ${grid.length} configurations on the first ${EARLY_SHARE * 100} % of the stream${isTuning ? ', chosen anew' : ' of the training file, fixed; --tune chooses anew'}; blend weights start from what they were there, rounded, and are learned online; nothing is drawn, the seed changes nothing`,
      ...rule,
    },
    metrics: top20(all),
    baselines: {
      'popularity, measured': { source: 'measured', ...simple.popularity },
      'Markov chain, measured': { source: 'measured', ...simple.markov },
      popularity: { source: 'published', hr20: 0.12 },
      'Markov chain': { source: 'published', hr20: 0.517, mrr20: 0.313 },
      'sequential rules': { source: 'published', hr20: 0.556, mrr20: 0.319 },
      'V-SKNN': { source: 'published', hr20: 0.616, mrr20: 0.331 },
      fusion: { source: 'published', hr20: 0.627, mrr20: 0.333 },
    },
    targets: { hr20: 0.6, mrr20: 0.325 },
    tables: {
      'parts of the stream (the configuration was chosen on the first)': [part('first 20 %', parts[0]), part('the rest', parts[1])],
    },
  };
}

export { stepLinear } from './linear';
export { stepFactors } from './factors';
export { stepPairs, stepSingles } from './embeddings';
export { backwardLayer, dropOut, forwardLayer, scoreRows, updateLayer } from './mlp';
export { findTopK } from './top-k';
export { findTopKInt8 } from './top-k-int8';
export { sortHeap } from './heap';

// The ambient module must be seen wherever this file is, also by the tests' project.
// oxlint-disable-next-line typescript/triple-slash-reference
/// <reference path="./virtual.d.ts" />
export { default } from 'virtual:homebody-worker';

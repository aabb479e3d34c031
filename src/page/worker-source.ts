/// <reference path="./virtual.d.ts" />
export { default } from 'virtual:homebody-worker';

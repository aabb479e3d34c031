export { default } from 'virtual:homebody-worker';

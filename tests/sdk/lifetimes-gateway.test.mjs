import { lifetimes } from './lifetimes.mjs';

lifetimes('gateway');

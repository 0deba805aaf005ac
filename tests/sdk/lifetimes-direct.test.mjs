import { lifetimes } from './lifetimes.mjs';

lifetimes('direct');

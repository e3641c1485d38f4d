import { register } from 'node:module';

/** Lets plain node import this folder's `.ts` files: jest loads a global setup outside its transforms. */
register('./typescript.loader.mjs', import.meta.url);

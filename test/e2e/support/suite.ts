/** What most suites use. */
export * from './accounts.js';
export * from './before-suite.js';
export * from './deployment.js';
export * from './expectations.js';

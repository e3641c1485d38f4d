import '../typescript.register.mjs';

const { installRegistry } = await import('../../packages/support/registry.ts');

export default installRegistry;

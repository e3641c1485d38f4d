import '../typescript.register.mjs';

const { startSharedServices } = await import('./shared-services.ts');

export default startSharedServices;

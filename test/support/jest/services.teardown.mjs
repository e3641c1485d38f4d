import '../typescript.register.mjs';

const { stopSharedServices } = await import('./shared-services.ts');

export default stopSharedServices;

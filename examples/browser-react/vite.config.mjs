import { defineConfig } from 'vite';

// The service admits this port in development, and no other one that Vite would choose.
export default defineConfig({ server: { port: 5173, strictPort: true } });

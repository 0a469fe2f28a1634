import { main } from '../src/cli/main.js';

// The server from its sources, for `npm run dev`.
await main(['serve']);

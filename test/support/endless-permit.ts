import { type Permit } from '../../src/standing/permit.js';
import { Standing } from '../../src/standing/standing.js';

const standing = new Standing();
standing.followForEver('a history');

/** What an instance on the embedded database may do: everything, for as long as it runs. */
export const ENDLESS: Permit = standing.permit();

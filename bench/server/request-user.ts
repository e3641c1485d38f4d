import type { UserDto } from '../../src/users/user.dto.js';

/** What the comparison guards put on the request. */
export type RequestUser = UserDto;

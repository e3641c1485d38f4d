import { Transform, Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';

const WHOLE = { message: 'must be a whole number' };

/** An integer variable with bounds; the message names the rule and never the value. */
function IntegerBetween(min: number, max: number): PropertyDecorator {
  return (target, property) => {
    Type(() => Number)(target, property);
    IsInt(WHOLE)(target, property);
    Min(min, { message: `must be at least ${min}` })(target, property);
    Max(max, { message: `must be at most ${max}` })(target, property);
  };
}

/**
 * The environment as text becomes this class: every variable that the product reads, its default and its rule.
 * `.env.example` describes them for people.
 */
export class Environment {
  @IsIn(['development', 'test', 'production'], { message: 'must be development, test or production' })
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsString()
  @Length(1, 100, { message: 'must have 1 to 100 characters' })
  APP_NAME: string = 'ergodrive-backend';

  @IntegerBetween(0, 65535)
  PORT: number = 8000;

  @IsString()
  HOST: string = '127.0.0.1';

  @IsOptional()
  @IsString()
  CORS_ORIGINS?: string;

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'must be a postgresql:// URL' })
  DATABASE_URL?: string;

  @IntegerBetween(1, 500)
  DATABASE_POOL_SIZE: number = 10;

  /** Milliseconds a query, or the wait for a connection, may take before the request ends with 503. */
  @IntegerBetween(100, 60_000)
  DATABASE_TIMEOUT_MS: number = 3000;

  @IsOptional()
  @Matches(/^rediss?(\+sentinel)?:\/\/.+/, {
    message: 'must be a redis://, rediss://, redis+sentinel:// or rediss+sentinel:// URL',
  })
  REDIS_URL?: string;

  /** Milliseconds a request waits for Redis before it asks PostgreSQL instead. */
  @IntegerBetween(5, 5000)
  CACHE_DEADLINE_MS: number = 100;

  @IsOptional()
  @IsString()
  JWT_SECRET?: string;

  @IntegerBetween(1, 1440)
  ACCESS_TOKEN_EXPIRE_MINUTES: number = 30;

  @IntegerBetween(1, 365)
  REFRESH_TOKEN_EXPIRE_DAYS: number = 7;

  @IntegerBetween(0, 300)
  REFRESH_GRACE_SECONDS: number = 10;

  @IntegerBetween(1, 3650)
  SESSION_MAX_DAYS: number = 90;

  @IntegerBetween(1, 1000)
  SESSIONS_PER_USER: number = 50;

  /** 0 keeps the audit trail for ever. */
  @IntegerBetween(0, 3650)
  AUDIT_RETENTION_DAYS: number = 365;

  @IsOptional()
  @IsEmail({}, { message: 'must be an e-mail address' })
  ADMIN_EMAIL?: string;

  @IsOptional()
  @Length(8, 128, { message: 'must have 8 to 128 characters' })
  ADMIN_PASSWORD?: string;

  @Transform(({ value }: { value: unknown }) =>
    value === 'true' || value === 'false' ? value === 'true' : value,
  )
  @IsBoolean({ message: 'must be true or false' })
  RATE_LIMIT_ENABLED: boolean = true;

  /** How many reverse proxies stand in front: their X-Forwarded-For is believed, nobody else's. */
  @IntegerBetween(0, 10)
  TRUSTED_PROXIES: number = 0;

  @IsString()
  DATA_DIR: string = '.data';
}

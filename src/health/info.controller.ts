import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { NeedsNoDatabase, Public } from '../http/request-context.decorators.js';
import { AppConfig } from '../config/app-config.js';

class InfoDto {
  @ApiProperty({ example: 'ergodrive-backend' })
  name: string;

  @ApiProperty({ example: '0.2.0' })
  version: string;

  @ApiProperty({ example: 'running' })
  status: string;

  @ApiProperty({ example: '/api/docs' })
  docs: string;
}

@ApiTags('health')
@Public()
@NeedsNoDatabase()
@Controller()
export class InfoController {
  constructor(private readonly config: AppConfig) {}

  @Get(['/', 'api/v1/info'])
  @ApiOperation({ summary: 'Name, version and path of the documentation' })
  @ApiOkResponse({ type: InfoDto })
  info(): InfoDto {
    return { name: this.config.name, version: this.config.version, status: 'running', docs: '/api/docs' };
  }
}

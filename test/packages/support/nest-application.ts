import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Project } from './project.js';
import type { Registry } from './registry.js';

/** `esm` comes with Vitest, `cjs` with Jest. */
export type ModuleKind = 'esm' | 'cjs';

const SCHEMATICS = resolve('node_modules/.bin/schematics');
const COLLECTION = `${resolve('node_modules/@nestjs/schematics')}:application`;

/** A team's application: what `nest new` makes today, with a gateway and a resolver. Nothing in it is protected. */
export class NestApplication {
  private constructor(
    readonly project: Project,
    private readonly kind: ModuleKind,
  ) {}

  static async create(registry: Registry, kind: ModuleKind): Promise<NestApplication> {
    const project = await Project.create(registry);
    // What `nest new` runs. It asks a person for the kind of module, and takes ES modules where nobody answers.
    const options = [
      '--name=app',
      '--directory=.',
      '--package-manager=npm',
      '--language=ts',
      '--observe=false',
    ];
    execFileSync(
      process.execPath,
      [SCHEMATICS, COLLECTION, ...options, `--type=${kind}`, '--no-dry-run', '--strict'],
      { cwd: project.folder },
    );
    const application = new NestApplication(project, kind);
    await application.write({
      'src/orders.controller.ts': CONTROLLER,
      'src/chat.gateway.ts': GATEWAY,
      'src/orders.resolver.ts': RESOLVER,
    });
    await application.edit('src/app.module.ts', [
      ["import { AppController } from './app.controller';", IMPORTS],
      [
        'imports: []',
        `imports: [\n    GraphQLModule.forRoot<ApolloDriverConfig>({\n      driver: ApolloDriver,\n      autoSchemaFile: true,\n    }),\n  ]`,
      ],
      ['controllers: [AppController]', 'controllers: [AppController, OrdersController]'],
      ['providers: [AppService]', 'providers: [AppService, ChatGateway, OrdersResolver]'],
    ]);
    await project.install(...OF_THE_TEAM);
    return application;
  }

  /** Writes sources. Their imports are written for CommonJS. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(files).map(([name, text]) => [name, this.withEndings(text)] as const);
    await this.project.write(Object.fromEntries(entries));
  }

  /** Replaces texts of a file. @returns the lines that the file has and had not @throws Error when a text is not there */
  async edit(name: string, replacements: readonly (readonly [string, string])[]): Promise<string[]> {
    const before = await readFile(join(this.project.folder, name), 'utf8');
    let after = before;
    for (const [from, to] of replacements) {
      const [wanted, text] = [this.withEndings(from), this.withEndings(to)];
      if (!after.includes(wanted)) throw new Error(`${name} has no ${JSON.stringify(wanted)}:\n${before}`);
      after = after.replace(wanted, () => text);
    }
    await this.project.write({ [name]: after });
    const old = before.split('\n');
    return after.split('\n').filter((line) => !old.includes(line));
  }

  remove(): Promise<void> {
    return this.project.remove();
  }

  private withEndings(text: string): string {
    return this.kind === 'cjs' ? text : text.replace(/(from '\.{1,2}\/[^']+)'/g, "$1.js'");
  }
}

const OF_THE_TEAM = [
  '@nestjs/websockets@12',
  '@nestjs/platform-socket.io@12',
  'socket.io@4',
  'socket.io-client@4',
  '@nestjs/graphql@14',
  '@nestjs/apollo@14',
  '@apollo/server@5',
  '@as-integrations/express5@1',
  'graphql@16',
];

const IMPORTS = `import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { GraphQLModule } from '@nestjs/graphql';
import { AppController } from './app.controller';
import { ChatGateway } from './chat.gateway';
import { OrdersController } from './orders.controller';
import { OrdersResolver } from './orders.resolver';`;

const CONTROLLER = `import { Controller, Get } from '@nestjs/common';

@Controller('orders')
export class OrdersController {
  @Get()
  list(): string[] {
    return ['an order'];
  }
}
`;

const GATEWAY = `import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';

@WebSocketGateway()
export class ChatGateway {
  @SubscribeMessage('say')
  say() {
    return { event: 'said', data: 'hello' };
  }
}
`;

const RESOLVER = `import { Query, Resolver } from '@nestjs/graphql';

@Resolver()
export class OrdersResolver {
  @Query(() => String)
  order(): string {
    return 'an order';
  }
}
`;

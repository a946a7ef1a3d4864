import { Converter, ReflectionKind } from 'typedoc';

/**
 * Leaves out of the API reference what every error class inherits from LtoError, and its constructor: callers catch
 * errors and do not make them.
 *
 * @param {import('typedoc').Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const member of project.getReflectionsByKind(ReflectionKind.ClassMember))
      if ([member.inheritedFrom, member.overwrites].some((from) => from?.name.startsWith('LtoError.')))
        project.removeReflection(member);
  });
}

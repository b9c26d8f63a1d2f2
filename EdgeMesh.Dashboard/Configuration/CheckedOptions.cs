using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Options of a configuration section, checked by their annotations before anything starts.</summary>
internal static class CheckedOptions
{
    /// <summary>Reads a section once and registers it: as itself and as <see cref="IOptions{TOptions}"/>, one value for whoever asks in either way.</summary>
    /// <exception cref="StartupException">A value cannot be read or is out of its range.</exception>
    public static T AddCheckedOptions<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new()
    {
        var options = Read<T>(builder.Configuration, section);
        builder.Services.Replace(ServiceDescriptor.Singleton(options));
        builder.Services.Replace(ServiceDescriptor.Singleton(Options.Create(options)));
        return options;
    }

    private static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        try
        {
            var options = configuration.GetSection(section).Get<T>() ?? new T();
            Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
            return options;
        }
        catch (Exception e) when (e is ValidationException or InvalidOperationException)
        {
            throw new StartupException($"The configuration {section} is not valid: {e.Message}", e);
        }
    }
}

using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>Options of a configuration section, checked by their annotations before anything starts.</summary>
internal static class CheckedOptions
{
    /// <exception cref="StartupException">A value cannot be read or is out of its range.</exception>
    public static T Read<T>(IConfiguration configuration, string section)
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

using System.ComponentModel.DataAnnotations;
using EdgeMesh.Agent.Configuration;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Every text of a list is an http or https address.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OpenAiAddressesAttribute() : ValidationAttribute("EdgeMesh:OpenAiServers are http or https addresses, such as http://127.0.0.1:8000/v1.")
{
    public override bool IsValid(object? value) => value is not IEnumerable<string> all || all.All(text => OpenAiAddress.Parse(text) is not null);
}

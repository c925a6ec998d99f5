//! The HTTP API: who may come in, and where a request goes.

use std::collections::BTreeMap;

use serde_json::json;

use crate::deployed::Deployed;

#[test]
fn every_route_goes_to_its_function_and_only_health_and_the_api_document_are_open() {
    let deployed = Deployed::read();
    let routes: BTreeMap<_, _> = deployed
        .of_type("AWS::ApiGatewayV2::Route")
        .into_iter()
        .map(|(_, route)| {
            let target = route["Target"]["Fn::Sub"].as_str().unwrap().trim_start_matches("integrations/${");
            let function = &deployed.properties(target.trim_end_matches('}'))["IntegrationUri"]["Fn::GetAtt"][0];
            let open = match route["AuthorizationType"].as_str().unwrap() {
                "JWT" => {
                    assert_eq!(route["AuthorizerId"], json!({"Ref": "HttpApiAuthorizer"}));
                    false
                }
                _ => true,
            };
            (route["RouteKey"].as_str().unwrap(), (function.as_str().unwrap(), open))
        })
        .collect();
    let expected = [
        ("ANY /api/v1/provisioning/{proxy+}", ("ProvisioningApiFunction", false)),
        ("ANY /api/v1/sagas", ("ProvisioningApiFunction", false)),
        ("ANY /api/v1/sagas/{proxy+}", ("ProvisioningApiFunction", false)),
        ("ANY /api/v1/{proxy+}", ("ApiFunction", false)),
        ("GET /api/v1/health", ("ApiFunction", true)),
        ("GET /api/v1/openapi.json", ("ApiFunction", true)),
    ];
    assert_eq!(routes, BTreeMap::from(expected));
}

#[test]
fn the_gateway_may_call_both_functions() {
    let deployed = Deployed::read();
    let functions: Vec<_> = deployed
        .of_type("AWS::Lambda::Permission")
        .into_iter()
        .map(|(_, permission)| permission["FunctionName"]["Ref"].as_str().unwrap())
        .collect();
    assert_eq!(functions, ["ApiFunction", "ProvisioningApiFunction"]);
}

#[test]
fn both_functions_of_the_api_are_the_same_binary_and_know_the_same_callers() {
    let deployed = Deployed::read();
    for function in ["ApiFunction", "ProvisioningApiFunction"] {
        assert_eq!(deployed.resources()[function]["Metadata"]["BuildProperties"]["Binary"], "api");
    }
    let (api, provisioning) = (deployed.variables("ApiFunction"), deployed.variables("ProvisioningApiFunction"));
    for (variable, value) in api.as_object().unwrap() {
        assert_eq!(provisioning.get(variable), Some(value), "{variable}");
    }
}

#[test]
fn an_issuer_without_an_audience_is_refused() {
    let deployed = Deployed::read();
    let rule = &deployed.0["Rules"]["AudienceGoesWithIssuer"];
    let given = |parameter: &str| json!({"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]});
    assert_eq!(rule["RuleCondition"], given("JwtIssuer"));
    assert_eq!(rule["Assertions"][0]["Assert"], given("JwtAudience"));
}

#[test]
fn a_user_cannot_write_its_tenant() {
    let deployed = Deployed::read();
    let client = deployed.properties("UserPoolClient");
    assert!(!client["WriteAttributes"].to_string().contains("tenant"));
    assert!(client["ReadAttributes"].to_string().contains("custom:tenant_id"));
    assert_eq!(deployed.properties("UserPool")["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"], true);
}
